// Verifies the copy of a segment in the cold store: all of it is fetched and hashed, and must come to the root that the
// local hashes have. Stateless; the verifier is the thread's own.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>What the copy came to.</summary>
/// <param name="Away">Why the store could not be asked: then nothing is known of the copy; null otherwise.</param>
internal readonly record struct ColdVerdict(SegmentFinding? Finding, int Entries, long Bytes, string? Away);

/// <summary>Checks one cold segment.</summary>
internal static class ColdCheck
{
    private static readonly IReadOnlySet<long> s_none = new HashSet<long>();

    /// <summary>Fetches and verifies.</summary>
    /// <param name="wanted">Entries whose payload is nowhere else.</param>
    public static ColdVerdict Run(
        Func<TierRecord, IFile> open,
        in SegmentIdentity local,
        TierRecord tier,
        Hash256 root,
        int wanted,
        SegmentVerifier verifier)
    {
        long first = SegmentFormat.FirstIndex(local.Segment);
        try
        {
            using IFile file = open(tier);
            SegmentEvidence evidence = new(local.Segment, s_none);
            byte[] head = new byte[SegmentFormat.HeaderBytes];
            int read = file.Read(0, head);
            uint generation = SegmentHeader.GenerationOf(head.AsSpan(0, read));
            SegmentVerdict verdict = verifier.Verify(file, local with { Generation = generation }, root, evidence);
            int entries = evidence.Entries - evidence.ExpiredEntries - evidence.ColdEntries;
            SegmentFinding? finding = verdict.Finding is { } found
                ? found with { Offset = -1, Evidence = $"in the cold store, '{tier.Location}': {found.Evidence}" }
                : entries < wanted
                    ? Unreadable(first, $"'{tier.Location}' in the cold store has {entries:N0} entries, of {wanted:N0}")
                    : null;
            return new ColdVerdict(finding, Math.Min(entries, wanted), file.Length, Away: null);
        }
        catch (ColdStoreException away) when (away.Failure == ColdStoreFailure.Away)
        {
            return new ColdVerdict(null, 0, 0, away.Message);
        }
        catch (Exception failed) when (failed is ColdStoreException or StorageException or MalformedDataException)
        {
            string what = $"'{tier.Location}' could not be fetched from the cold store: {failed.Message}";
            return new ColdVerdict(Unreadable(first, what), 0, 0, Away: null);
        }
    }

    private static SegmentFinding Unreadable(long first, string what) =>
        new(first, StoreLimits.EntriesPerSegment, -1, what, SegmentFault.Unreadable);
}
