// One ledger under verification: its jobs, and, when the last of them is done, what they mean together with the
// checkpoints and the journal. The jobs run on any threads; the last to end concludes.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Verifies a ledger.</summary>
internal sealed class LedgerCheck
{
    private readonly JournalEvidence? _journal;
    private readonly List<SegmentJob> _segments = [];
    private readonly StorePaths _paths;
    private int _left;

    public LedgerCheck(LedgerFacts facts, JournalEvidence? journal, StorePaths paths, UInt128 storeId)
    {
        Facts = facts;
        _journal = journal;
        _paths = paths;
        AddJobs(paths, storeId);
        _left = _segments.Count;
    }

    public LedgerFacts Facts { get; }

    /// <summary>Is shown all entries; null: nobody looks at them.</summary>
    public EntriesVisitor? OnEntries { get; init; }

    /// <summary>Opens a copy in the cold store; null: what is there is not looked at.</summary>
    public Func<TierRecord, IFile>? OpenCold { get; init; }

    /// <summary>What <c>_audit</c> says, for every other ledger.</summary>
    public AuditEvidence Audit { get; init; } = AuditEvidence.None;

    /// <summary>Of <c>_audit</c> itself: the tombstones that its entries are.</summary>
    public TombstoneBook? Tombstones { get; init; }

    /// <summary>Compares what is remembered of producers with the entries; null: nobody does.</summary>
    public ProducerCheck? Producers { get; init; }

    /// <summary>How long before a tombstone its notice must have come.</summary>
    public TimeSpan Ahead { get; init; } = AuditExpiryNotice.Ahead;

    /// <summary>Something is trusted: then only what it vouches for proves anything.</summary>
    public bool HasTrust { get; init; }

    /// <summary>Of <c>_audit</c>, when it was concluded: what it says.</summary>
    public AuditEvidence? Evidence { get; private set; }

    public IReadOnlyList<SegmentJob> Segments => _segments;

    private string Name => Facts.Ledger.Name;

    private long Size => Math.Max(Facts.FileSize, _journal?.End ?? 0);

    /// <summary>Says that a job is done.</summary>
    /// <returns>True for the last one, whose thread concludes.</returns>
    public bool IsLast() => Interlocked.Decrement(ref _left) == 0;

    /// <summary>Whether bundle roots and leaves of a segment are needed: a tree, or the files, end in it, or the
    /// journal has entries of it.</summary>
    public bool NeedsEvidence(long segment)
    {
        long first = SegmentFormat.FirstIndex(segment);
        long end = first + StoreLimits.EntriesPerSegment;
        return Facts.FileSize < end
            || _journal?.First < end
            || Facts.Claims.Exists(claim => claim.Size > first && claim.Size < end);
    }

    /// <summary>Compares what was computed with everything that says what it should be.</summary>
    public LedgerReport Conclude(List<VerifyFinding> findings)
    {
        List<VerifyFinding> own = [.. Facts.Findings];
        CompareJournal(own);
        LookBehindTheEnd(own);
        ClaimCheck claims = new(Facts, _segments, _journal, Size);
        claims.Run();
        own.AddRange(_segments.Where(job => job.Finding is not null).Select(claims.Judge));
        own.AddRange(claims.Findings);
        Evidence = Tombstones is null ? null : new AuditEvidence(Tombstones, SoundSize(claims, own)) { Ahead = Ahead };
        ExpiryCheck expiry = new(Facts, _segments, Evidence ?? Audit, _paths.StateLog(Facts.Ledger.Id));
        expiry.Run();
        own.AddRange(expiry.Findings);
        own.AddRange(ReservedClaims.Find(Facts, _paths));
        own.AddRange(SealedClaims.Find(Facts, _journal, _paths));
        FindUnchecked(own);
        own.AddRange(Producers?.Find(Unseen(own)) ?? []);
        own.Sort(static (a, b) => (a.Rank, a.Count).CompareTo((b.Rank, b.Count)));
        findings.AddRange(own);
        long inJournalOnly = _journal is null
            ? 0
            : Math.Max(0, _journal.End - Math.Max(_journal.First, Facts.FileSize));
        return new LedgerReport(
            Name,
            Facts.Ledger.Id,
            Facts.Ledger.Origin,
            Size,
            _segments.Sum(job => (long)job.HashedEntries) + inJournalOnly,
            _segments.Count,
            _segments.Sum(job => job.Bytes),
            claims.Confirmed,
            Facts.HasKey,
            claims.VouchedSize,
            claims.VouchedBy,
            own.Count)
        {
            ExpiredEntries = _segments.Sum(job => (long)job.ExpiredEntries),
            ColdEntries = _segments.Sum(job => (long)job.ColdEntries),
            UncheckedEntries = _segments.Sum(job => (long)job.ColdEntries - job.FetchedEntries),
            Expired = expiry.Ranges,
            Cold = [.. _segments.Where(job => job.Cold is not null).Select(job => new ColdReport(
                job.FirstIndex, job.ColdEntries, job.Cold!.Location, job.FetchedEntries == job.ColdEntries)
            {
                Away = job.ColdAway,
            })],
        };
    }

    /// <summary>What vouches for all others has to be looked at: of the store's own ledgers nothing is left unchecked.
    /// </summary>
    private void FindUnchecked(List<VerifyFinding> findings)
    {
        foreach (SegmentJob job in LedgerName.IsReserved(Name) ? _segments : [])
        {
            if (job.ColdEntries > job.FetchedEntries && job.Finding is null)
            {
                findings.Add(new VerifyFinding(
                    VerifyFindingKind.EntriesUnreadable,
                    Name,
                    job.FirstIndex,
                    job.ColdEntries,
                    job.Path,
                    -1,
                    $"{Name} is what everything else is compared with, and this part of it was not looked at: it is in "
                    + "the cold store; give that too"));
            }
        }
    }

    /// <summary>Where the last entries end that were not looked at, or that something is wrong with; 0: none.</summary>
    private long Unseen(List<VerifyFinding> findings) => findings.Count > 0
        ? long.MaxValue
        : _segments.FindAll(job => job.ExpiredEntries > 0 || job.ColdEntries > job.FetchedEntries)
            .Select(job => job.FirstIndex + job.Entries).DefaultIfEmpty(0).Max();

    /// <summary>Entries that count as evidence.</summary>
    private long SoundSize(ClaimCheck claims, List<VerifyFinding> findings) => HasTrust
        ? claims.VouchedSize
        : findings.Where(found => found.Kind != VerifyFindingKind.DerivedDataDamaged && found.FirstIndex >= 0)
            .Select(found => found.FirstIndex)
            .DefaultIfEmpty(Size)
            .Min();

    private void AddJobs(StorePaths paths, UInt128 storeId)
    {
        for (long segment = 0; SegmentFormat.FirstIndex(segment) < Facts.FileSize; segment++)
        {
            long entries = Math.Min(
                Facts.FileSize - SegmentFormat.FirstIndex(segment), StoreLimits.EntriesPerSegment);
            SealedRecord? complete = entries == StoreLimits.EntriesPerSegment ? Facts.SealedAt(segment) : null;
            uint generation = complete?.Generation
                ?? (Facts.State.Flushed is { } flushed && flushed.OpenSegment == segment
                    ? flushed.OpenGeneration
                    : Facts.SealedAt(segment)!.Value.Generation);
            SegmentIdentity identity = new(storeId, Facts.Ledger.Id, segment, generation);

            // Of a cold or expired segment only hashes are here, in a .tiles file: its job takes the leaves from them,
            // and the report says of how many entries.
            SealedFacts? expected = complete is { } record
                ? SealedFacts.Of(paths, storeId, Facts.Ledger.Id, record, Facts.State.TierOf(segment))
                : null;
            string path = expected?.Path ?? paths.Segment(Facts.Ledger.Id, segment, generation);
            _segments.Add(new SegmentJob(this, identity, path, (int)entries, expected));
        }
    }

    /// <summary>Blocks are written of durable entries only: a file that begins behind the last one says that there were
    /// more.</summary>
    private void LookBehindTheEnd(List<VerifyFinding> findings)
    {
        long first = SegmentFormat.FirstIndex(Facts.LastSegmentFile);
        if (Facts.LastSegmentFile >= 0 && first >= Size)
        {
            findings.Add(new VerifyFinding(
                VerifyFindingKind.RolledBack,
                Name,
                Size,
                first - Size + 1,
                Facts.LastSegmentPath,
                -1,
                $"this file begins with entry {first:N0}, and state.log and journal know of {Size:N0} entries: the end "
                + "is cut off, or an older state.log was put back"));
        }
    }

    /// <summary>What both the files and the journal have must be the same: recovery writes the one over the other.
    /// </summary>
    private void CompareJournal(List<VerifyFinding> findings)
    {
        if (_journal is null)
        {
            return;
        }

        if (_journal.Broken is { } broken)
        {
            findings.Add(Finding(VerifyFindingKind.EntriesUnreadable, _journal.End, 1, broken));
        }

        if (_journal.First > Facts.FileSize)
        {
            string gap = $"the files end at {Facts.FileSize:N0}, the journal goes on at {_journal.First:N0}";
            findings.Add(Finding(
                VerifyFindingKind.EntriesUnreadable, Facts.FileSize, _journal.First - Facts.FileSize, gap));
            return;
        }

        if (_journal.End < Facts.FileSize && _journal.Broken is null)
        {
            // Everything behind an entry that is still in the journal is there too.
            findings.Add(Finding(
                VerifyFindingKind.RolledBack,
                _journal.End,
                Facts.FileSize - _journal.End,
                $"the files end at {Facts.FileSize:N0}, and the journal, which the next start writes over them, goes "
                + $"on at {_journal.First:N0} and ends at {_journal.End:N0}"));
        }

        long end = Math.Min(Facts.FileSize, _journal.End);
        for (long index = _journal.First; index < end;)
        {
            long bundle = index / StoreLimits.EntriesPerBundle;
            long next = Math.Min((bundle + 1) * StoreLimits.EntriesPerBundle, end);
            if (FirstDifference(bundle, index, next) is { } difference)
            {
                findings.Add(Finding(
                    VerifyFindingKind.EntriesChanged,
                    difference.First,
                    difference.Count,
                    "the journal, which the next start writes over the files, has other entries here than the files"));
                return;
            }

            index = next;
        }
    }

    private (long First, long Count)? FirstDifference(long bundle, long from, long to)
    {
        SegmentEvidence? evidence = _segments[(int)(bundle / StoreLimits.BundlesPerSegment)].Evidence;
        int at = (int)(bundle % StoreLimits.BundlesPerSegment);
        if (evidence is not null
            && at < evidence.Roots.Length
            && _journal!.TryGetRoot(bundle, out Hash256 root)
            && to - from == StoreLimits.EntriesPerBundle)
        {
            return evidence.Roots[at] == root ? null : (from, to - from);
        }

        if (evidence is null
            || !evidence.TryGetLeaves(bundle, out Hash256[]? inFiles)
            || !_journal!.TryGetLeaves(bundle, out Hash256[]? inJournal))
        {
            // Not hashed: there is a finding for that already.
            return null;
        }

        for (long index = from; index < to && index % StoreLimits.EntriesPerBundle < inFiles.Length; index++)
        {
            int slot = (int)(index % StoreLimits.EntriesPerBundle);
            if (inFiles[slot] != inJournal[slot])
            {
                return (index, 1);
            }
        }

        return null;
    }

    private VerifyFinding Finding(VerifyFindingKind kind, long first, long count, string evidence) =>
        new(kind, Name, first, count, _journal!.File, _journal.Offset, evidence);
}
