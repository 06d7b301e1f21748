// The store's part that checks its own files: a thread of the lowest priority, woken once a second and by requests.
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Verification;

namespace LedgerStore.Engine;

public sealed partial class Store
{
    // How late a unit of scrubbing may begin; they are minutes apart.
    private static readonly TimeSpan s_scrubInterval = TimeSpan.FromSeconds(1);

    private readonly WorkerThread _scrubber;
    private readonly Doorbell _scrubberBell = new();
    private readonly ITimer _scrubTimer;

    /// <summary>What the scrubber has done since the store was opened.</summary>
    public ScrubStatus ScrubStatus => new(
        _core.Scrubber.Entries,
        _core.Scrubber.Bytes,
        _core.Scrubber.Findings,
        _core.Scrubber.FullRounds,
        _core.Ground.Services.Withheld.Count);

    /// <summary>Reads every segment again now, and hashes every entry in it.</summary>
    /// <param name="ledger">Its name; null: all ledgers.</param>
    /// <param name="onProgress">Told after each segment, on the scrubber's thread. Must not throw.</param>
    /// <exception cref="StoreException">LedgerNotFound; Closed, when the store closes before it is done.</exception>
    public Task<ScrubReport> ScrubAsync(
        string? ledger = null, Action<ScrubProgress>? onProgress = null, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfStopped();
        uint? id = ledger is null ? null : GetLedger(ledger).Id;
        ScrubRequest request = new(id, onProgress, cancellationToken);
        _core.Scrubber.Ask(request);
        _scrubberBell.Ring();
        return request.Done;
    }

    private void StopScrubber()
    {
        _scrubTimer.Dispose();
        _core.Scrubber.Stop();
        _scrubber.StopAndJoin();
        _core.Scrubber.Close();
    }
}
