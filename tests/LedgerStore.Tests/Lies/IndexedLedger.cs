// A salted ledger of one complete segment that is indexed, and a few entries behind it. Of the three bundles that have
// what the scenarios ask for, one has expired, one is there, and one cannot be read.
// Made once; any thread.

using System.Text;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Tests.Fields;

namespace LedgerStore.Tests.Lies;

internal static class IndexedLedger
{
    internal const string Name = "indexed";

    /// <summary>The entries of its segment: it has so many more than the other ledgers.</summary>
    internal const ulong Base = EntryBounds.EntriesPerSegment;

    internal const ulong Expired = EntryBounds.EntriesPerBundle;
    internal const ulong Unreadable = 2 * EntryBounds.EntriesPerBundle;

    private const string ContentType = "application/json";

    private static readonly Lazy<IndexFile> s_index = new(Build);

    internal static IndexSpec Spec => SpecProfile.Find("ocsf")!;

    /// <summary>Its ledger of statements.</summary>
    internal static string Statements { get; } = IndexLedgerName.Of(10, 1, Spec.Id).ToString();

    internal static IndexFile Index => s_index.Value;

    /// <summary>An entry: of anna in each of the first three bundles, and behind the segment.</summary>
    internal static byte[] Entry(ulong index, DateTimeOffset time)
    {
        string who = index is 7 or 300 or 600 or Base + 10 ? "anna" : "bob";
        byte[] record = Encoding.ASCII.GetBytes(
            $$$"""{"actor":{"user":{"name":"{{{who}}}"}},"api":{"operation":"invoice.read"}}""");
        byte[] entry = EntryMaker.Entry(record, MicrosOf(time), ContentType, "tester");
        return EntryMaker.Salted(entry, new Random((int)index));
    }

    /// <summary>The statement about its index.</summary>
    internal static byte[] Statement(string origin, DateTimeOffset time) => EntryMaker.Entry(
        new IndexStatement(origin, Index.Facts).Write(), MicrosOf(time),
        Encoding.ASCII.GetString(IndexStatement.ContentType), "ledgerstore", "index");

    internal static byte[] BundleOf(IReadOnlyList<byte[]> entries)
    {
        byte[] bytes = new byte[entries.Sum(static entry => entry.Length + EntryBundle.LengthBytes)];
        int at = 0;
        foreach (byte[] entry in entries)
        {
            at += EntryBundle.Write(entry, bytes.AsSpan(at));
        }

        return bytes;
    }

    private static IndexFile Build()
    {
        SegmentIndexer indexer = new(Spec);
        for (ulong first = 0; first < Base; first += EntryBounds.EntriesPerBundle)
        {
            indexer.Add(BundleOf([.. Enumerable.Range((int)first, EntryBounds.EntriesPerBundle)
                .Select(static index => Entry((ulong)index, World.TimeOf((ulong)index)))]));
        }

        return IndexFile.Read(indexer.Build(0, out _));
    }

    private static long MicrosOf(DateTimeOffset time) =>
        (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
