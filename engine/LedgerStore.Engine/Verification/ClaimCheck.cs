// Compares the tree of a ledger's entries with the roots that its checkpoints say it had, and judges with them what was
// found in the files: a signature decides which of two contradicting bytes is the wrong one.
// Used by the one thread that concludes a ledger.
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Checks the claims of one ledger, smallest size first.</summary>
internal sealed class ClaimCheck(
    LedgerFacts facts, IReadOnlyList<SegmentJob> segments, JournalEvidence? journal, long size)
{
    // Sizes whose root the entries do not have, but the tiles in the files claim.
    private CheckpointClaim? _forTiles;

    // The largest size that any claim confirmed, vouched for or not: the first bad entry is behind it.
    private long _confirmedSize;

    // The first contradiction says it all: every larger size differs too.
    private bool _isContradicted;

    public List<VerifyFinding> Findings { get; } = [];

    /// <summary>Claims whose root the entries have.</summary>
    public int Confirmed { get; private set; }

    /// <summary>The largest confirmed size that somebody trusted vouches for.</summary>
    public long VouchedSize { get; private set; }

    public string? VouchedBy { get; private set; }

    public void Run()
    {
        LedgerTree computed = new(segments, journal, useClaims: false);
        LedgerTree claimed = new(segments, journal, useClaims: true);
        foreach (IGrouping<long, CheckpointClaim> same in facts.Claims.GroupBy(claim => claim.Size))
        {
            if (same.Key > size)
            {
                RolledBack(same.First());
            }
            else if (computed.RootAt(same.Key) is { } root)
            {
                List<CheckpointClaim> right = [.. same.Where(claim => claim.Root == root)];
                CheckpointClaim? wrong = same.FirstOrDefault(claim => claim.Root != root);
                if (wrong is not null && !_isContradicted)
                {
                    _isContradicted = true;
                    Contradict(wrong, root, claimed.RootAt(wrong.Size), right.FirstOrDefault());
                }

                right.ForEach(Confirm);
            }
        }
    }

    /// <summary>Says which side of a contradiction inside of a segment file is wrong, if a claim decides it.</summary>
    public VerifyFinding Judge(SegmentJob job)
    {
        SegmentFinding found = job.Finding!;
        VerifyFindingKind kind = found.Fault switch
        {
            SegmentFault.Unreadable => VerifyFindingKind.EntriesUnreadable,
            SegmentFault.Changed => VerifyFindingKind.EntriesChanged,
            SegmentFault.Unconfirmed => VerifyFindingKind.ClaimNotConfirmed,
            _ => VerifyFindingKind.DerivedDataDamaged,
        };
        string evidence = found.Evidence;
        bool isVouched = found.FirstIndex + found.Count <= VouchedSize;
        if (kind == VerifyFindingKind.EntriesChanged && isVouched)
        {
            kind = VerifyFindingKind.DerivedDataDamaged;
            evidence += $"; the checkpoint of size {VouchedSize:N0} ({VouchedBy}) commits to the entries as they are";
        }
        else if (kind == VerifyFindingKind.EntriesChanged && _forTiles is { } claim)
        {
            evidence += $"; {claim.Text} commits to what the tiles say";
        }

        return new VerifyFinding(
            kind, facts.Ledger.Name, found.FirstIndex, found.Count, job.Path, found.Offset, evidence);
    }

    private void Confirm(CheckpointClaim claim)
    {
        Confirmed++;
        _confirmedSize = claim.Size;
        if (claim.SignedBy is not null)
        {
            VouchedSize = claim.Size;
            VouchedBy = claim.SignedBy;
        }
    }

    private void Contradict(CheckpointClaim claim, Hash256 root, Hash256? tilesRoot, CheckpointClaim? other)
    {
        if (tilesRoot == claim.Root && other is null)
        {
            // The files' own tiles lead to the root: the finding in the file says which entry is wrong.
            _forTiles = claim;
            return;
        }

        SegmentJob? job = segments.LastOrDefault(segment => segment.FirstIndex <= _confirmedSize);
        string fork = other is null ? "" : $"; {other.Text} agrees with the entries: the log was forked";
        string from = _confirmedSize == 0 ? "" : $"; the root of the first {_confirmedSize:N0} entries is right";
        Findings.Add(new VerifyFinding(
            VerifyFindingKind.RootMismatch,
            facts.Ledger.Name,
            _confirmedSize,
            claim.Size - _confirmedSize,
            job?.Path ?? journal?.File,
            -1,
            $"the first {claim.Size:N0} entries have the root {root}, {claim.Text} says {claim.Root}{from}{fork}"));
    }

    private void RolledBack(CheckpointClaim claim) => Findings.Add(new VerifyFinding(
        VerifyFindingKind.RolledBack,
        facts.Ledger.Name,
        size,
        claim.Size - size,
        null,
        -1,
        $"{claim.Text} is of {claim.Size:N0} entries, and there are {size:N0}: the end is cut off, or an older copy "
        + "was put back"));
}
