// Compares what the files of a ledger say has expired with what `_audit` says: a payload that is gone without a
// tombstone was not expired, but taken away. Used by the one thread that concludes a ledger.
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Finds a sound tombstone for every expired bundle of one ledger.</summary>
/// <param name="stateLog">The file that has the claims.</param>
internal sealed class ExpiryCheck(
    LedgerFacts facts, IReadOnlyList<SegmentJob> segments, AuditEvidence audit, string stateLog)
{
    private const int BundleLevel = 8;

    private readonly IReadOnlyList<AuditTombstone> _tombstones = audit.Tombstones.Of(facts.Ledger.Name);
    private readonly Dictionary<AuditTombstone, string?> _faults = [];

    public List<VerifyFinding> Findings { get; } = [];

    /// <summary>Expired ranges, each with the tombstone that says so.</summary>
    public List<ExpiryReport> Ranges { get; } = [];

    public void Run()
    {
        foreach ((long first, long end) in Runs())
        {
            for (long index = first; index < end;)
            {
                AuditTombstone? tombstone = _tombstones
                    .FirstOrDefault(one => Covers(one, index) && FaultOf(one) is null);
                long to = Math.Min(end, tombstone?.End ?? NextBorder(index));
                if (tombstone is null)
                {
                    Blame(index, to);
                }
                else
                {
                    Add(index, to, tombstone);
                }

                index = to;
            }
        }

        foreach (TombstoneRecord claim in facts.State.Tombstones)
        {
            BlameClaim(claim);
        }

        foreach (AuditRangeRecord claim in facts.State.Notices)
        {
            BlameNotice(claim);
        }
    }

    /// <summary>A notice that was never given would let entries go without one.</summary>
    private void BlameNotice(AuditRangeRecord claim)
    {
        AuditExpiryNotice? said = audit.Tombstones.NoticeAt(claim.AuditIndex);
        if (said?.Ledger == facts.Ledger.Name && (said.First, said.Count) == (claim.First, claim.Count))
        {
            return;
        }

        Findings.Add(new VerifyFinding(
            VerifyFindingKind.ClaimNotConfirmed,
            facts.Ledger.Name,
            claim.First,
            claim.Count,
            stateLog,
            -1,
            $"state.log says that entry {claim.AuditIndex:N0} of {LedgerName.Audit} announced that these entries "
            + "expire, and it did not"));
    }

    /// <summary>A tombstone in state.log hides entries whether their payload is gone or not: it says what the entry of
    /// <c>_audit</c> says that it names, or it is forged.</summary>
    private void BlameClaim(TombstoneRecord claim)
    {
        AuditTombstone? said = _tombstones.FirstOrDefault(one => one.AuditIndex == claim.AuditIndex);
        string? why = said is null || (said.First, said.Count) != (claim.First, claim.Count)
            ? $"it is not: {LedgerName.Audit} has no such tombstone there"
            : FaultOf(said);
        bool isBlamed = Findings.Exists(
            found => found.FirstIndex < claim.End && found.FirstIndex + found.Count > claim.First);
        if (why is null || isBlamed || LedgerName.IsReserved(facts.Ledger.Name))
        {
            return;
        }

        Findings.Add(new VerifyFinding(
            VerifyFindingKind.ClaimNotConfirmed,
            facts.Ledger.Name,
            claim.First,
            claim.Count,
            stateLog,
            -1,
            $"state.log says that entry {claim.AuditIndex:N0} of {LedgerName.Audit} is the tombstone of these entries: "
            + why));
    }

    /// <summary>Expired bundles that follow each other.</summary>
    private List<(long First, long End)> Runs()
    {
        List<(long First, long End)> runs = [];
        foreach (long first in segments.SelectMany(job => job.ExpiredBundles))
        {
            if (runs is [.., var last] && last.End == first)
            {
                runs[^1] = (last.First, first + StoreLimits.EntriesPerBundle);
            }
            else
            {
                runs.Add((first, first + StoreLimits.EntriesPerBundle));
            }
        }

        return runs;
    }

    /// <summary>Up to where the same can be said of the entries behind an index.</summary>
    private long NextBorder(long index) => _tombstones
        .SelectMany(one => (long[])[one.First, one.End])
        .Where(border => border > index)
        .DefaultIfEmpty(long.MaxValue)
        .Min();

    private static bool Covers(AuditTombstone tombstone, long index) =>
        index >= tombstone.First && index < tombstone.End;

    private void Add(long first, long end, AuditTombstone tombstone) => Ranges.Add(new ExpiryReport(
        first, end - first, tombstone.AuditIndex, tombstone.Policy, tombstone.Reason));

    private void Blame(long first, long end)
    {
        AuditTombstone? bad = _tombstones.FirstOrDefault(one => Covers(one, first));
        string why = bad is not null
            ? $"entry {bad.AuditIndex:N0} of {LedgerName.Audit} says so, but {FaultOf(bad)}"
            : facts.State.Tombstones.FirstOrDefault(one => first >= one.First && first < one.End) is { } kept
                ? $"state.log says that entry {kept.AuditIndex:N0} of {LedgerName.Audit} is their tombstone, and it is "
                    + "not, or has itself expired"
                : $"{LedgerName.Audit} has no tombstone for them";
        SegmentJob job = segments[(int)(first / StoreLimits.EntriesPerSegment)];
        Findings.Add(new VerifyFinding(
            VerifyFindingKind.EntriesUnreadable,
            facts.Ledger.Name,
            first,
            end - first,
            job.Path,
            -1,
            $"the file says that these entries have expired, and {why}: their payload was taken away"));
    }

    /// <summary>Why a tombstone proves nothing; null when it does.</summary>
    private string? FaultOf(AuditTombstone tombstone)
    {
        if (!_faults.TryGetValue(tombstone, out string? fault))
        {
            fault = tombstone.AuditIndex >= audit.SoundSize
                ? $"no trusted key or checkpoint vouches for {LedgerName.Audit} beyond entry {audit.SoundSize:N0}"
                : RootOf(tombstone) is { } root && root != tombstone.Root
                    ? $"it is about entries with the root {tombstone.Root}, and these have {root}"
                    : audit.Tombstones.IsAnnounced(tombstone, audit.Ahead)
                        ? null
                        : $"{LedgerName.Audit} did not announce it a day before, as it does since its first notice";
            _faults.Add(tombstone, fault);
        }

        return fault;
    }

    /// <summary>The root over the tombstone's entries by themselves; null when not all of their hashes were kept, as
    /// while their files are being written anew.</summary>
    private Hash256? RootOf(AuditTombstone tombstone)
    {
        CompactRange range = new();
        long end = tombstone.End / StoreLimits.EntriesPerBundle;
        for (long bundle = tombstone.First / StoreLimits.EntriesPerBundle; bundle < end; bundle++)
        {
            long segment = bundle / StoreLimits.BundlesPerSegment;
            int at = (int)(bundle % StoreLimits.BundlesPerSegment);
            if (segment >= segments.Count || segments[(int)segment].BundleRoots is not { } roots || at >= roots.Length)
            {
                return null;
            }

            range.AppendSubtree(BundleLevel, roots[at]);
        }

        return range.Root();
    }
}
