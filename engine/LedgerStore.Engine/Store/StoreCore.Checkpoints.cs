// The core's part that signs: the checkpointer, the book of checkpoints, and what is asked of them.
// RunCheckpointer belongs to one thread; the rest says for itself.
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    /// <summary>The checkpoints of the ledgers in use.</summary>
    public CheckpointBook Book { get; }

    /// <summary>Ledgers that have grown and are not signed.</summary>
    public GrowthQueue Growth { get; }

    /// <summary>Null in a store that signs nothing.</summary>
    public Checkpointer? Checkpointer { get; }

    /// <summary>Takes over the checkpoints that the journal held, and compares all ledgers that are open with what they
    /// signed. While the store is opened.</summary>
    /// <exception cref="StoreException">RollbackDetected.</exception>
    public void RestoreCheckpoints(IReadOnlyList<(LedgerLog Ledger, CheckpointRecord Record)> replayed)
    {
        foreach ((LedgerLog ledger, CheckpointRecord record) in replayed)
        {
            if (record.Size > (ledger.Checkpoints.Newest?.Size ?? -1))
            {
                ledger.RestoreCheckpoint(record);
            }
        }

        foreach (LedgerLog ledger in Ledgers.All)
        {
            Book.Of(ledger);
        }

        foreach ((LedgerLog ledger, CheckpointRecord record) in replayed)
        {
            Book.CheckOlder(ledger, record);
        }
    }

    public bool RunCheckpointer() => Checkpointer?.RunOnce() ?? false;

    /// <summary>Sees to it that a ledger is signed as soon as there is something to sign.</summary>
    /// <exception cref="StoreException">SigningStopped.</exception>
    public void AskForCheckpoint(LedgerCheckpoints ledger)
    {
        ThrowIfStopped();
        if ((WhyNotSigned() ?? ledger.Failure) is { } why)
        {
            throw why as StoreException ?? new StoreException(StoreReason.SigningStopped, why.Message, why);
        }

        Checkpointer!.Ask(ledger);
    }

    /// <summary>The smallest checkpoint of at least this size that is kept anywhere.</summary>
    public CheckpointRecord? FindCheckpoint(LedgerLog log, long size)
    {
        CheckpointRecord? found = log.Checkpoints.FindAtLeast(size, out bool isExact);
        if (found is null || isExact)
        {
            return found;
        }

        // Old ones are in state.log only.
        CheckpointRecord? older = ReadState(log.Id).FindCheckpoint(size);
        return older is not null && older.Size < found.Size ? older : found;
    }

    public LedgerDescription Describe(LedgerLog log, LedgerCheckpoints signed)
    {
        CatalogLedger entry = Catalog.Find(log.Id)!;
        SegmentList segments = log.Reader.Segments.List;
        long bytes = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            bytes += segments[i] is SealedSegment { Facts: var facts } ? facts.FileLength : OpenBytes(segments[i]);
        }

        return new LedgerDescription(
            log.Id,
            log.Name,
            signed.Origin,
            WallTime.At(entry.Created.CreatedMicros),
            log.IsSalted,
            entry.IsFrozen,
            entry.Frozen?.Reason ?? string.Empty,
            log.Durable.Value,
            signed.Newest?.Size ?? 0,
            segments.Count,
            bytes,
            log.DamageText,
            (signed.Failure ?? WhyNotSigned())?.Message)
        {
            FirstReadable = log.Reader.Segments.Expired.FirstReadable,
            FoundSize = log.Reader.Damage is null ? log.Durable.Value : log.FoundSize,
            Tiers = TiersOf(log),
            ExpiryRefusal = WhyUnconfirmed(log) ?? log.Tiers.ExpiryRefusal,
            Unconfirmed =
            [
                .. log.Reader.Segments.Expired.Claims.Select(static claim => claim.Text), .. Claims.Of(log.Id),
            ],
        };
    }

    private static string? WhyUnconfirmed(LedgerLog log) =>
        log.Reader.Segments.Expired.Claims is [var first, ..] ? first.Text : null;

    private IReadOnlyList<CheckpointRecord> ReadHistory(uint id) => ReadState(id).Checkpoints;

    /// <summary>Reads a state.log beside its writer, who appends behind what is read here.</summary>
    public LedgerState ReadState(uint id)
    {
        LedgerStateLog.Open(
            Ground.Files, Ground.Paths, Ground.StoreId, id, FileAccessMode.ReadOnly, out LedgerState state);
        return state;
    }

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

    private StoreException? WhyStopped() => _anchor?.WhyStopped();

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
        Book.FailAll(told);
        Checkpointer?.FailRotation(told);
    }

    private Checkpointer? MakeCheckpointer() => Signing is not { ReadOnlySuspect: false } signing ? null : new(
        Ground,
        Gate,
        Growth,
        Book,
        Keys,
        signing.Interval,
        Tuning.SigningCpuNanos,
        CheckpointerBell,
        WhyStopped,
        OnPublished);

    private void OnPublished(LedgerCheckpoints ledger, CheckpointRecord record)
    {
        _anchor?.Note(ledger.Log.Id, record);
        if (_hasOpenClaims && ledger.Log.Name == LedgerName.Audit)
        {
            ConfirmClaims();
        }
    }
}
