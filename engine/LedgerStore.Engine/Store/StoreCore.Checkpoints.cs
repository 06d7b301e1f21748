// The core's part that signs: the checkpointer, the book of checkpoints, and what is asked of them.
// RunCheckpointer belongs to one thread; the rest says for itself.
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    /// <summary>Null in a store that signs nothing.</summary>
    public Checkpointer? Checkpointer { get; }

    /// <summary>Takes over the checkpoints that the journal held, and compares all ledgers that are open with what they
    /// signed. While the store is opened.</summary>
    /// <exception cref="StoreException">RollbackDetected.</exception>
    public void RestoreCheckpoints(IReadOnlyList<(OpenLedger Ledger, CheckpointRecord Record)> replayed)
    {
        foreach ((OpenLedger ledger, CheckpointRecord record) in replayed)
        {
            if (record.Size > (ledger.Newest?.Size ?? -1))
            {
                ledger.RestoreCheckpoint(record);
            }
        }

        foreach (OpenLedger ledger in Ledgers.All)
        {
            Ledgers.Check(ledger);
        }

        foreach ((OpenLedger ledger, CheckpointRecord record) in replayed)
        {
            Ledgers.CheckOlder(ledger, record);
        }
    }

    public bool RunCheckpointer() => Checkpointer?.RunOnce() ?? false;

    /// <summary>Sees to it that a ledger is signed as soon as there is something to sign.</summary>
    /// <exception cref="StoreException">SigningStopped.</exception>
    public void AskForCheckpoint(OpenLedger ledger)
    {
        ThrowIfStopped();
        if ((WhyNotSigned() ?? ledger.SigningFailure) is { } why)
        {
            throw why as StoreException ?? new StoreException(StoreReason.SigningStopped, why.Message, why);
        }

        Checkpointer!.Ask(ledger);
    }

    /// <summary>The smallest checkpoint of at least this size that is kept anywhere.</summary>
    public CheckpointRecord? FindCheckpoint(OpenLedger log, long size)
    {
        CheckpointRecord? found = log.Checkpoints.FindAtLeast(size, out bool isExact);
        if (found is null || isExact)
        {
            return found;
        }

        // Old ones are in state.log only.
        CheckpointRecord? older = Ledgers.ReadState(log.Id).FindCheckpoint(size);
        return older is not null && older.Size < found.Size ? older : found;
    }

    public LedgerDescription Describe(OpenLedger log)
    {
        CatalogLedger entry = Catalog.Find(log.Id)!;
        SegmentList segments = log.Segments.List;
        long bytes = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            bytes += segments[i] is SealedSegment { Facts: var facts } ? facts.FileLength : OpenBytes(segments[i]);
        }

        return new LedgerDescription(
            log.Id,
            log.Name,
            log.Origin,
            WallTime.At(entry.Created.CreatedMicros),
            log.IsSalted,
            entry.IsFrozen,
            entry.Frozen?.Reason ?? string.Empty,
            log.Durable.Value,
            log.Newest?.Size ?? 0,
            segments.Count,
            bytes,
            log.DamageText,
            (log.SigningFailure ?? WhyNotSigned())?.Message)
        {
            FirstReadable = log.Segments.Expired.FirstReadable,
            IndexFailure = log.IndexFailure,
            FoundSize = log.Damage is null ? log.Durable.Value : log.FoundSize,
            Tiers = TiersOf(log),
            ExpiryRefusal = WhyUnconfirmed(log) ?? log.ExpiryRefusal,
            Unconfirmed =
            [
                .. log.Segments.Expired.Claims.Select(static claim => claim.Text), .. Claims.Of(log.Id),
            ],
        };
    }

    private static string? WhyUnconfirmed(OpenLedger log) =>
        log.Segments.Expired.Claims is [var first, ..] ? first.Text : null;

    private void WakeCheckpointer()
    {
        if (Checkpointer is { IsWatching: true })
        {
            CheckpointerBell.Ring();
        }
    }

    private static long OpenBytes(SegmentSource source) => source is OpenSegment open ? open.Length : 0;

    private StoreException? WhyNotSigned() => Checkpointer is null
        ? new StoreException(
            StoreReason.SigningStopped, "the store was opened without a signing key: it makes no checkpoints")
        : WhyStopped();

    private StoreException? WhyStopped() => _anchor?.WhyStopped()
        ?? (Keys.Current?.Scheme == KeyScheme.Derived ? WhyNotTakenOver() : null);

    /// <summary>Signs the end of everything, and publishes it. Alone, after Close.</summary>
    private void SignLast()
    {
        while (Checkpointer is { } last && (last.SignAll() | RunSequencer() | RunBundler() | last.RunOnce()))
        {
        }
    }

    /// <summary>Who waits for a checkpoint or for the rotation of the key is told.</summary>
    private void FailCheckpoints(Exception cause)
    {
        StoreException told = cause as StoreException ?? new StoreException(
            StoreReason.StorageFailed,
            "the store has stopped; check the disk and restart. The first failure was: " + cause.Message,
            cause);
        Ledgers.StopSigning(told);
        Checkpointer?.FailRotation(told);
    }

    private Checkpointer? MakeCheckpointer() => Signing is not { ReadOnlySuspect: false } signing ? null : new(
        Ground,
        Gate,
        Ledgers,
        Keys,
        signing.Interval,
        Tuning.SigningCpuNanos,
        CheckpointerBell,
        WhyStopped,
        OnPublished);

    private void OnPublished(OpenLedger ledger, CheckpointRecord record)
    {
        _anchor?.Note(ledger.Id, record);
        if (_hasOpenClaims && ledger.Name == LedgerName.Audit)
        {
            ConfirmClaims();
        }
    }
}
