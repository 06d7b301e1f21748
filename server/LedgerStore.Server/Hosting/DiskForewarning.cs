// Says in `_audit` that the disk will be full soon, while it can still be said there. Looked at by the server's timer.
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Audit;

namespace LedgerStore.Server.Hosting;

/// <summary>Reports a disk that fills.</summary>
/// <param name="fullIn">When it is full at the present rate; null: it does not fill.</param>
internal sealed class DiskForewarning(Func<TimeSpan?> fullIn, Action<Event> tell, TimeProvider time)
{
    /// <summary>So soon is soon.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromHours(12);

    // A rate is believed when it held for as long as the forecast looks back; one word is enough for a while.
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_quiet = TimeSpan.FromHours(6);

    private readonly long _began = time.GetTimestamp();
    private long? _soonSince;
    private long? _told;

    public void Look()
    {
        if (time.GetElapsedTime(_began) < s_settled || fullIn() is not { } left || left > Ahead)
        {
            _soonSince = null;
            return;
        }

        _soonSince ??= time.GetTimestamp();
        bool isFresh = _told is not { } last || time.GetElapsedTime(last) >= s_quiet;
        if (isFresh && time.GetElapsedTime(_soonSince.Value) >= s_settled)
        {
            _told = time.GetTimestamp();
            tell(ChangeRecorder.LifecycleOf(
                "alert", $"the disk under the data is full in {left.TotalHours:0.#} hours if it goes on filling"));
        }
    }
}
