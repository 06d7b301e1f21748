// What an honest server answers to who searches: a ledger that has an index, and no segment that is complete yet, so
// that its bundles are sent. Pure functions; any thread.

using Google.Protobuf;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using InclusionProof = LedgerStore.Proofs.InclusionProof;

namespace LedgerStore.Tests.Lies;

internal static class HonestSearch
{
    /// <summary>The ledger that has an index.</summary>
    internal const string Ledger = "found";

    private const int BundleLevel = 8;

    /// <summary>Its ledger of statements.</summary>
    internal static string IndexLedger { get; } = IndexLedgerName.Of(9, 1, Spec.Id).ToString();

    // Of a complete segment, of what expired and of what cannot be read: a ledger must have 65,536 entries for them.
    // The cover, which takes them from here, is told the lies about them in SearchLieTests.
    private static readonly string[] s_elsewhere =
        ["SearchedSegment.", "SearchedPage.", "SearchedExpired.", "SearchedUnreadable."];

    /// <summary>Whether a lie is about a part of an answer that the small ledger of the campaign does not have.
    /// </summary>
    internal static bool IsToldElsewhere(Lie lie) =>
        s_elsewhere.Any(part => lie.Target.StartsWith(part, StringComparison.Ordinal));

    private static IndexSpec Spec => SpecProfile.Find("ocsf")!;

    internal static FieldsInfo FieldsOf(string ledger) => ledger != Ledger
        ? new FieldsInfo()
        : new FieldsInfo { Spec = Spec.Text, IndexLedger = IndexLedger, Indexed = 0, Complete = 0 };

    internal static IReadOnlyList<IMessage> Answer(HonestLedger ledger, SearchRequest request)
    {
        List<IMessage> parts =
            [new SearchResponse { Head = new SearchHead { First = request.First, End = request.End } }];
        for (ulong bundle = 0; bundle * EntryBounds.EntriesPerBundle < request.Size; bundle++)
        {
            parts.Add(new SearchResponse { Bundle = BundleOf(ledger, bundle, request.Size) });
        }

        return parts;
    }

    private static SearchedBundle BundleOf(HonestLedger ledger, ulong bundle, ulong size)
    {
        ulong first = bundle * EntryBounds.EntriesPerBundle;
        int count = (int)Math.Min(EntryBounds.EntriesPerBundle, size - first);
        byte[][] entries = [.. ledger.Entries.Skip((int)first).Take(count)];
        byte[] bytes = new byte[entries.Sum(static entry => entry.Length + EntryBundle.LengthBytes)];
        int at = 0;
        foreach (byte[] entry in entries)
        {
            at += EntryBundle.Write(entry, bytes.AsSpan(at));
        }

        Hash256[] path = new Hash256[TreeMath.ProofHashesMax];
        int hashes = InclusionProof.Build(new NodeCoordinate(BundleLevel, bundle), size, ledger, path);
        return new SearchedBundle
        {
            Bundle = bundle,
            Entries = ByteString.CopyFrom(bytes),
            Path = { path.Take(hashes).Select(static hash => ByteString.CopyFrom(hash.ToArray())) },
        };
    }
}
