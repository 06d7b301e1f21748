// A ledger of two complete segments and a tail, its index ledger and _audit, and a server that answers honestly: what
// the lies are changed from. Built once, then only read.

using System.Text;
using Google.Protobuf;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Tests.Fields.Index;

namespace LedgerStore.Tests.Fields.Cover;

/// <summary>What an honest server has.</summary>
internal sealed class SearchWorld
{
    public const string Name = "payments";
    public const ulong Segments = 2;
    public const ulong ExpiredFirst = 40 * 256;
    public const ulong ExpiredCount = 8 * 256;

    public static string StatementType { get; } = Encoding.UTF8.GetString(IndexStatement.ContentType);

    private const string Origin = "example.org/" + Name;
    private const int TailBundles = 3;
    private const int LastEntries = 77;

    private readonly byte[][] _bundles;
    private readonly IndexTree _bundleTree;
    private readonly IndexTree _segmentTree;
    private readonly byte[][] _statements;
    private readonly byte[][] _audit;

    private SearchWorld(int seed, string origin, bool isSalted)
    {
        IsSalted = isSalted;
        int full = (int)Segments * EntryBounds.BundlesPerSegment;
        _bundles = [.. Enumerable.Range(0, full + TailBundles).Select(bundle => SegmentMaker.Bundle(
            seed, bundle, bundle == full + TailBundles - 1 ? LastEntries : EntryBounds.EntriesPerBundle,
            isSalted))];
        Hash256[] roots = [.. _bundles.Select(RootOf)];
        _bundleTree = new IndexTree(roots);
        _segmentTree = new IndexTree([.. roots.Chunk(EntryBounds.BundlesPerSegment).Select(static one => Fold(one))]);
        ulong size = ((ulong)(full + TailBundles - 1) * EntryBounds.EntriesPerBundle) + LastEntries;
        Ledger = new TreeHead(origin, size, _bundleTree.Root);

        Files = [.. Enumerable.Range(0, (int)Segments).Select(segment => IndexFile.Read(SegmentMaker.Index(
            _bundles[(segment * 256)..((segment + 1) * 256)], (ulong)segment, _segmentTree.Leaf((ulong)segment))))];
        _statements =
            [.. Files.Select((file, segment) => StatementEntry(new IndexStatement(origin, file.Facts), segment))];
        _audit = [EntryMaker.Entry("{}"), Tombstone(Name, ExpiredFirst, ExpiredCount), Tombstone("other", 0, 65_536)];
        Index = new TreeHead("example.org/_index.7.1", (ulong)_statements.Length, TreeOf(_statements).Root);
        Audit = new TreeHead("example.org/_audit", (ulong)_audit.Length, TreeOf(_audit).Root);
    }

    public static SearchWorld Honest { get; } = new(11, Origin, isSalted: false);

    /// <summary>Another ledger of the same store and spec, with other entries.</summary>
    public static SearchWorld Other { get; } = new(12, "example.org/other", isSalted: false);

    /// <summary>The same of a salted ledger.</summary>
    public static SearchWorld Salted { get; } = new(11, Origin, isSalted: true);

    public static SearchWorld SaltedOther { get; } = new(12, "example.org/other", isSalted: true);

    public bool IsSalted { get; }

    public TreeHead Ledger { get; }

    public TreeHead Index { get; }

    public TreeHead Audit { get; }

    public IndexFile[] Files { get; }

    public CoverTrust Trust => new(Name, Ledger, Index, Audit);

    public static Question Ask(params string[] clauses) =>
        new(SegmentMaker.Spec, [.. clauses.Select(Clause.Parse)]);

    /// <summary>The key of a segment's terms.</summary>
    public TermKey KeyOf(ulong segment) => Files[segment].SecretKey is { IsEmpty: false } key
        ? TermKey.Secret(key.Span)
        : TermKey.Public(SegmentMaker.Spec);

    /// <summary>All that an honest server sends for the whole ledger, in order.</summary>
    public List<object> Answer(Question question, bool hasExpired = true)
    {
        List<object> answers = [];
        for (ulong bundle = 0; bundle < (ulong)_bundles.Length; bundle++)
        {
            ulong segment = bundle / 256;
            if (bundle % 256 == 0 && segment < Segments)
            {
                answers.Add(SegmentAnswer(question, segment));
            }

            bool isCandidate = segment >= Segments || Candidates(question, segment).Has((int)(bundle % 256));
            bool isExpired = hasExpired && bundle * 256 >= ExpiredFirst && bundle * 256 < ExpiredFirst + ExpiredCount;
            if (isCandidate)
            {
                answers.Add(isExpired ? Expired(bundle * 256, 256, 1) : BundleAnswer(bundle));
            }
        }

        return answers;
    }

    public SegmentAnswer SegmentAnswer(Question question, ulong segment) => new(
        segment,
        Proven(_statements, segment),
        _segmentTree.Prove(segment),
        PagesBy(KeyOf(segment), question, segment))
    {
        Key = Files[segment].SecretKey,
    };

    /// <summary>The pages that whoever has this key asks for.</summary>
    public PageAnswer[] PagesBy(TermKey key, Question question, ulong segment) =>
    [
        .. new CandidateBundles(question, key).PagesOf(Files[segment].Facts)
            .Select(page => PageAnswer(segment, page.Field, page.Page)),
    ];

    public PageAnswer PageAnswer(ulong segment, int field, int page) =>
        new(field, page, Files[segment].Page(field, page), Files[segment].Tree.Prove(field, page));

    /// <summary>The bundles of a complete segment.</summary>
    public byte[][] Bundles(int segment) => _bundles[(segment * 256)..((segment + 1) * 256)];

    public BundleAnswer BundleAnswer(ulong bundle) => new(bundle, _bundles[bundle], _bundleTree.Prove(bundle));

    public ExpiredAnswer Expired(ulong first, ulong count, ulong auditIndex) =>
        new(first, count, Proven(_audit, auditIndex));

    /// <summary>An index ledger that says something else of segment 0, signed all the same.</summary>
    public (TreeHead Index, ProvenEntry Statement) SignedFalsely(Func<SegmentFacts, SegmentFacts> change) =>
        SignedFalsely(facts => StatementEntry(new IndexStatement(Ledger.Origin, change(facts)), 0));

    public (TreeHead Index, ProvenEntry Statement) SignedFalsely(Func<SegmentFacts, byte[]> entry)
    {
        byte[][] entries = [entry(Files[0].Facts), .. _statements.Skip(1)];
        return (Index with { Root = TreeOf(entries).Root }, Proven(entries, 0));
    }

    public static byte[] StatementEntry(IndexStatement statement, int segment, string producer = "index") =>
        EntryMaker.Entry(
            statement.Write(), type: StatementType, appender: "", producer: producer, sequence: segment + 1);

    public IEnumerable<(ulong Index, byte[] Entry)> Entries()
    {
        ulong index = 0;
        foreach (byte[] bundle in _bundles)
        {
            List<byte[]> entries = [];
            foreach (ReadOnlySpan<byte> entry in EntryBundle.Parse(bundle))
            {
                entries.Add(entry.ToArray());
            }

            foreach (byte[] entry in entries)
            {
                yield return (index++, entry);
            }
        }
    }

    private BundleSet Candidates(Question question, ulong segment)
    {
        CandidateBundles candidates = new(question, KeyOf(segment));
        IndexFile file = Files[segment];
        return candidates.Of(file.Facts, candidates.PagesOf(file.Facts)
            .ToDictionary(static page => page, page => file.Page(page.Field, page.Page)));
    }

    private static ProvenEntry Proven(byte[][] entries, ulong index) =>
        new(index, entries[index], TreeOf(entries).Prove(index));

    private static IndexTree TreeOf(byte[][] entries) =>
        new([.. entries.Select(static entry => MerkleHash.Leaf(entry))]);

    private static Hash256 RootOf(byte[] bundle)
    {
        List<Hash256> leaves = [];
        foreach (ReadOnlySpan<byte> entry in EntryBundle.Parse(bundle))
        {
            leaves.Add(MerkleHash.Leaf(entry));
        }

        return Fold([.. leaves]);
    }

    private static Hash256 Fold(Hash256[] hashes)
    {
        CompactRange range = new();
        range.Append(hashes);
        return range.Root();
    }

    private static byte[] Tombstone(string ledger, ulong first, ulong count)
    {
        Event said = new() { Tombstone = new Tombstone { Ledger = ledger, FirstIndex = first, Count = count } };
        return EntryMaker.Entry(said.ToByteArray(), type: "application/x-ledgerstore-event", appender: "");
    }
}
