// Looks from time to time at the modes of files that are not read again while the server runs: the signing key, the
// configuration, the data directory. What became unsafe is said once, in the log and in _audit; the server goes on.
// One timer.
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Operations;

namespace LedgerStore.Server.Hosting;

/// <summary>Notices a chmod that nobody should have done.</summary>
internal sealed class SafetyWatch(ServerConfig config, EventQueue events, ServerLog log, TimeProvider time)
{
    // A handful of system calls; a chmod that opens a key is noticed before many can have used it.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private HashSet<string> _told = new(StringComparer.Ordinal);
    private long? _lookedAt;

    /// <summary>Called once a second.</summary>
    public void Look()
    {
        if (_lookedAt is { } last && time.GetElapsedTime(last) < s_interval)
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (ConfigProblem problem in ConfigSafety.ModesNow(config))
        {
            string text = $"{problem.Place}: {problem.Message}";
            if (found.Add(text) && !_told.Contains(text))
            {
                log.Unsafe(text);
                events.Add(ChangeRecorder.LifecycleOf("alert", text));
            }
        }

        _told = found;
    }
}
