// What is known about who syncs before it acknowledges: found by counting, once, before anything is compared.
using System.Globalization;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Peers;

internal sealed class PeerDurability(BenchRun run)
{
    // One caller waits for each answer, so every answer needs a sync of its own. A few may be cut off at the ends.
    private const double SyncsPerAnswerMin = 0.95;
    private readonly TimeSpan _traceTime = TimeSpan.FromSeconds(run.Options.Quick ? 0.5 : 2);
    private readonly HashSet<string> _notDurable = [];

    public bool IsDurable(string system) => !_notDurable.Contains(system);

    /// <summary>For a system that does not claim it, where nobody can count.</summary>
    public void Declare(string system) => _notDurable.Add(system);

    /// <summary>Counts in a short run of its own.</summary>
    /// <param name="callers">How the figure names the concurrency, such as 1_caller.</param>
    /// <param name="decides">With one caller the count decides; with more, one sync serves several answers.</param>
    public async Task VerifyAsync(IContender contender, string callers, bool decides)
    {
        SyncCount? count;
        try
        {
            await contender.OpenAsync();
            count = await contender.TraceAsync(_traceTime);
        }
        catch (Exception error)
        {
            run.Note($"syncs: {contender.System} failed while it was traced: {error.Message}");
            return;
        }
        finally
        {
            await contender.DisposeAsync();
        }

        if (count is null)
        {
            run.Note($"syncs: {contender.System}, {callers}: NOT VERIFIED, tracing is not permitted here or there is "
                + "no strace; its configuration is all that says whether it is durable");
            return;
        }

        if (decides)
        {
            if (count.Syncs < count.Acknowledgements * SyncsPerAnswerMin)
            {
                _notDurable.Add(contender.System);
            }
            else
            {
                _notDurable.Remove(contender.System);
            }
        }

        Report(contender.System, callers, count);
    }

    private void Report(string system, string callers, SyncCount count)
    {
        string prefix = $"peers.syncs.{system}.{callers}";
        run.MoreIsBetter($"{prefix}.syncs", "", [count.Syncs]);
        if (count.Syncs > 0)
        {
            run.MoreIsBetter(
                $"{prefix}.acknowledgements_per_sync", "", [(double)count.Acknowledgements / count.Syncs]);
        }

        string verdict = IsDurable(system) ? "durable" : "NOT DURABLE: acknowledges what no sync has covered";
        run.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"syncs: {system}, {callers}: {count.Syncs:N0} for {count.Acknowledgements:N0} answers, {verdict}"));
    }
}
