// One ledger, for whoever searches it: which fields its records have. Any thread.
using LedgerStore.Engine.Indexing;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

public sealed partial class Ledger
{
    /// <summary>The fields that are indexed; null when none are.</summary>
    /// <exception cref="StoreException">DataLoss: <c>_audit</c>, which has their spec, cannot be read.</exception>
    public LedgerFields? Fields => _core.Indexes.NewestOf(Id) is { } index ? FieldsOf(index) : null;

    /// <summary>All fields that it has ever been indexed by, the first ones first: each goes on.</summary>
    /// <exception cref="StoreException">DataLoss: <c>_audit</c>, which has their specs, cannot be read.</exception>
    public IReadOnlyList<LedgerFields> AllFields =>
    [
        .. _core.Indexes.All.Where(index => index.Name.LedgerId == Id).OrderBy(static index => index.Name.Number)
            .Select(FieldsOf),
    ];

    /// <summary>Has its records indexed by these fields, those it has already too, in the background. When it returns,
    /// <c>_audit</c> says so. Fields that were set before go on being indexed, so that what they proved can be proven
    /// again.</summary>
    /// <param name="spec">The canonical text: see docs/FORMAT.md.</param>
    /// <exception cref="StoreException">InvalidArgument: it is no spec, or the ledger is the store's own.
    /// LimitReached, DiskFull.</exception>
    public LedgerFields SetFields(string spec, string setBy, string reason)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(setBy);
        ArgumentNullException.ThrowIfNull(reason);
        return FieldsOf(_core.SetFields(_log, Parse(spec), setBy, reason));
    }

    /// <summary>The canonical text of its fields; null when it has none, or they cannot be read.</summary>
    public string? FieldsText => KnownSpec?.Text;

    /// <summary>Whether its fields have records refused that are not what they demand.</summary>
    public bool RefusesRecords => RefusingSpec is not null;

    /// <summary>The first record of a batch that the ledger's fields refuse; null when they refuse none. Whoever takes
    /// records from others asks before he appends them: the store itself takes what it is given. What an intake put
    /// into its envelope is never refused, for its sender would throw it away; it has its flags all the same.</summary>
    /// <param name="contentType">Of all records of the batch, in UTF-8.</param>
    /// <param name="lengths">Of the records, which lie behind each other in <paramref name="payload"/>.</param>
    public RefusedRecord? FindRefused(
        ReadOnlySpan<byte> contentType, ReadOnlySpan<int> lengths, ReadOnlySpan<byte> payload)
    {
        if (RefusingSpec is not { } spec || FieldScanner.IsEnveloped(contentType))
        {
            return null;
        }

        return RecordChecks.Find(spec, lengths, payload, _core.Ground.Clock(), out int number) is { } problem
            ? new RefusedRecord(number, problem.Flag, problem.Reason)
            : null;
    }

    private IndexSpec? RefusingSpec => KnownSpec is { Rejects: true } spec ? spec : null;

    private IndexSpec? KnownSpec
    {
        get
        {
            try
            {
                return _core.Indexes.NewestOf(Id) is { } index ? _core.Indexes.SpecOf(index) : null;
            }
            catch (StoreException unreadable) when (unreadable.Reason == StoreReason.DataLoss)
            {
                // What is demanded is not known: that must not cost a record.
                return null;
            }
        }
    }

    /// <summary>Answers a question about a part of the range; ask on for the rest. Whoever asks checks the answer: it
    /// accounts for every entry of that part.</summary>
    /// <exception cref="StoreException">InvalidArgument: it cannot be asked. DataLoss: hashes are damaged.</exception>
    public LedgerSearch Ask(SearchQuestion asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        LedgerIndex index = IndexOf(asked.IndexLedger);
        OpenLedger statements = _core.Ledgers.GetChecked(index.Id);
        OpenLedger audit = _core.Ledgers.GetChecked(Catalog.AuditId);
        Demand(asked.Size, _log);
        Demand(asked.IndexSize, statements);
        Demand(asked.AuditSize, audit);
        if (asked.First < 0 || asked.First > asked.End || asked.End > asked.Size)
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"entries {asked.First:N0} to {asked.End:N0} are no range of {asked.Size:N0} entries");
        }

        SearchRange range = new(
            asked.First, asked.End, asked.IsNewestFirst, asked.Size, asked.IndexSize, asked.AuditSize);
        Question question = Parse(_core.Indexes.SpecOf(index), asked.Clauses);
        List<PlannedSegment> plan = new SearchPlan(_log, statements, index, _core.IndexFiles).Make(question, range);
        SearchRange part = plan.Count == 0
            ? range
            : range.Within(plan.Min(static one => one.Segment), plan.Max(static one => one.Segment) + 1);
        SearchAnswers answers = new(_log, audit, part, plan);
        return new LedgerSearch(part.First, part.End, answers.ReadAsync(CancellationToken.None));
    }

    private LedgerIndex IndexOf(string name) =>
        _core.Indexes.All.FirstOrDefault(one => one.Name.ToString() == name && one.Name.LedgerId == Id)
        ?? throw new StoreException(StoreReason.InvalidArgument, $"'{name}' has no statements about '{Name}'");

    private static void Demand(long size, OpenLedger log)
    {
        if (size < 0 || size > (log.Newest?.Size ?? 0))
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"size {size:N0} of '{log.Name}' is beyond its newest checkpoint, {log.Newest?.Size ?? 0:N0}");
        }
    }

    private static Question Parse(IndexSpec spec, IReadOnlyList<string> clauses)
    {
        try
        {
            return new Question(spec, [.. clauses.Select(Clause.Parse)]);
        }
        catch (MalformedDataException wrong)
        {
            throw new StoreException(StoreReason.InvalidArgument, wrong.What, wrong);
        }
    }

    private LedgerFields FieldsOf(LedgerIndex index) => new(
        _core.Indexes.SpecOf(index).Text,
        index.Name.ToString(),
        _core.Ledgers.GetChecked(index.Id).Durable.Value,
        IndexVisit.CompleteSegments(_log));

    private static IndexSpec Parse(string spec)
    {
        try
        {
            return IndexSpec.Parse(spec);
        }
        catch (MalformedDataException wrong)
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"the spec of fields is none, in line {wrong.Offset}: {wrong.What}",
                wrong);
        }
    }
}
