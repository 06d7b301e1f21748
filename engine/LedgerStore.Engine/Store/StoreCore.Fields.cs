// The core's part for indexes: which fields a ledger has, and the worker that indexes them. RunIndexing belongs to the
// tiering thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Indexing;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Tiering;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    public LedgerIndexes Indexes { get; }

    public IndexFiles IndexFiles { get; }

    public IndexWorker Indexing { get; }

    public bool RunIndexing() => !Ground.IsReadOnly && Indexing.RunOnce();

    /// <summary>Has a ledger indexed by a spec from now on, and what it has already in the background. When it returns,
    /// <c>_audit</c> says so.</summary>
    /// <exception cref="StoreException">InvalidArgument: the ledger cannot be indexed; LimitReached, DiskFull.
    /// </exception>
    public LedgerIndex SetFields(OpenLedger log, IndexSpec spec, string setBy, string reason)
    {
        ThrowIfUnwritable();
        RefuseIndexing(log);
        lock (_catalogLock)
        {
            LedgerIndex? newest = Indexes.NewestOf(log.Id);
            if (newest is not null && Indexes.SpecOf(newest).Id == spec.Id)
            {
                return newest;
            }

            int number = (newest?.Name.Number ?? 0) + 1;
            if (number > IndexLedgerName.NumberMax)
            {
                throw new StoreException(
                    StoreReason.LimitReached,
                    $"ledger '{log.Name}' has had {number - 1:N0} specs of fields, which is the limit");
            }

            // A crash behind what _audit says leaves a ledger that the next start creates: all of the index is in it.
            string name = IndexLedgerName.Of(log.Id, number, spec.Id).ToString();
            string origin = $"{Ground.Identity.PublicName}/{name}";
            return StoreErrors.Translate(() => OrStop(() =>
            {
                CreatedRecord draft = Catalog.Draft(name, origin, isSalted: false, Ground.Clock());
                AuditLedgerChange change = AuditLedgerChange.Of(draft, AuditLedgerChange.Created, setBy);
                Changes.Make(
                    change with { Reason = reason, Fields = spec.Text }, said => Catalog.Create(draft, said));
                return Indexes.NewestOf(log.Id)!;
            }));
        }
    }

    /// <summary>Why a ledger is not what the signed statements about its index say: they are in a ledger of their own,
    /// and know of entries that this one has lost with all that it signed itself. The last one is compared; verify
    /// compares all.</summary>
    private StoreException? FindContradicted(OpenLedger log)
    {
        if (Indexes.NewestOf(log.Id) is not { } index)
        {
            return null;
        }

        try
        {
            OpenLedger statements = Ledgers.GetChecked(index.Id);
            long said = Math.Min(statements.Newest?.Size ?? 0, statements.ReadableSize);
            long complete = log.ReadableSize / StoreLimits.EntriesPerSegment;
            return said > complete
                ? Contradiction(log, index, $"entries to {SegmentFormat.FirstIndex(said):N0}, the data has "
                    + $"{log.ReadableSize:N0}")
                : said > 0 && IndexVisit.StatedOf(index, statements, said - 1) is { } stated
                    && log.Segments.TryGetRoot(said - 1, out Hash256 root) && root != stated.SegmentRoot
                    ? Contradiction(log, index, $"the root {stated.SegmentRoot.ToBase64()} of segment {said - 1:N0}, "
                        + $"the data has {root.ToBase64()}")
                    : null;
        }
        catch (StoreException unknown) when (unknown.Reason != StoreReason.StorageFailed)
        {
            // Something is wrong with the index's own ledger, which is said where that is used.
            return null;
        }
    }

    private static StoreException Contradiction(OpenLedger log, LedgerIndex index, string what) => new(
        StoreReason.RollbackDetected,
        $"ledger '{log.Name}' is not what was signed: '{index.Name}' has statements about {what}. An older copy of it "
        + "was put back, or it was forked. Nothing is signed. Restore the newer data, or serve this one with "
        + "--read-only-suspect");

    private static void RefuseIndexing(OpenLedger log)
    {
        if (LedgerName.IsReserved(log.Name))
        {
            throw new StoreException(
                StoreReason.InvalidArgument, $"'{log.Name}' is the store's own, and has no fields to index");
        }
    }

    private IndexWorker MakeIndexing(TieringOptions options)
    {
        Ledgers.FindContradicted = FindContradicted;
        IndexCounters counters = new();
        Pace pace = new();
        IndexVisit visit = new(Ground, Ledgers, Indexes, IndexFiles, Disk, counters, pace, AppendStatement);
        return new IndexWorker(Ground, Ledgers, Indexes, Gate, options, counters, pace, visit);
    }

    private ValueTask<AppendResult> AppendStatement(OpenLedger statements, long segment, byte[] statement) =>
        Appends.AppendAsync(
            statements,
            new RecordBatch
            {
                Appender = AuditEvent.Appender,
                Producer = IndexStatement.Producer,
                FirstSequence = segment + 1,
                ContentType = IndexStatement.ContentType,
                ExpectedSize = segment,
                Lengths = [statement.Length],
                Payload = statement,
            },
            CancellationToken.None);
}
