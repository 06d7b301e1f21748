// Complete segments that state.log names and that cannot be: one without those before it, or behind the end of the
// files. A start refuses the ledger for them. Stateless.
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Verification;

/// <summary>Finds SEALED records that no store writes.</summary>
internal static class SealedClaims
{
    /// <summary>All of them that a ledger's state.log has.</summary>
    /// <param name="journal">What the journal has of the ledger: a segment that it continues in the middle is complete
    /// by now.</param>
    public static IEnumerable<VerifyFinding> Find(LedgerFacts facts, JournalEvidence? journal, StorePaths paths)
    {
        for (int i = 0; i < facts.State.Sealed.Count; i++)
        {
            long segment = facts.State.Sealed[i].Segment;
            long end = Math.Max(facts.State.Flushed?.Size ?? 0, journal?.End ?? 0);
            if (segment != i || SegmentFormat.FirstIndex(segment + 1) > end)
            {
                yield return new VerifyFinding(
                    VerifyFindingKind.EntriesUnreadable,
                    facts.Ledger.Name,
                    SegmentFormat.FirstIndex(i),
                    StoreLimits.EntriesPerSegment,
                    paths.StateLog(facts.Ledger.Id),
                    -1,
                    segment != i
                        ? $"state.log names the complete segment {segment:N0}, and not segment {i:N0} before it"
                        : $"state.log names the complete segment {segment:N0}, and files and journal end at "
                            + $"{end:N0} entries");
                yield break;
            }
        }
    }
}
