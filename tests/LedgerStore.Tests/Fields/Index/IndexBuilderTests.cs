// An index says of every clause which bundles may have it: index-then-match finds what scan-then-match finds. It is
// made of the entries alone, and it is the same whoever makes it.

using System.Security.Cryptography;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Fields.Index;

public sealed class IndexBuilderTests
{
    private static readonly Hash256 s_root = MerkleHash.Leaf("root"u8);

    private static readonly string[] s_clauses =
    [
        "who=rare0", "who={rare1,rare2,nobody}", "who=user7", "who=USER7", "who=nobody", "what=invoice.3.step/7",
        "what=invoice.3.*", "what=invoice.9.*", "what=invoice.3.step/*", "request=1f", "where=10.1.2.3",
        "where=::ffff:10.1.2.3", "where=10.9.9.9", "size>999000", "size<=-999990", "size=0.5", "size>2000000",
        "when<2023-11-14T23:00:00Z", "when>2024-01-01T00:00:00Z", "when=2023-11-15T00:00:00Z", "@appender=rare",
        "@appender=nobody", "@opaque=true", "@flag=missing:who", "@flag=missing:what", "@content_type=application/json",
        "@received>=2023-11-15T00:00:00Z", "@received<2023-11-14T22:13:21Z", "@producer=p",
    ];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void What_an_index_excludes_has_no_entry_of_the_answer(int seed, bool isSalted)
    {
        byte[][] bundles = Bundles(seed, isSalted);
        IndexFile file = IndexFile.Read(SegmentMaker.Index(bundles, 3, s_root));
        TermKey key = TermKey.Of(SegmentMaker.Spec, bundles[0]);
        Assert.Equal(isSalted, key.Commitment is not null);
        string[][] questions = [.. s_clauses.Select(static one => new[] { one }),
            ["who=user7", "what=invoice.3.*"], ["who=rare0", "@appender=app"], ["who=rare0", "@opaque=true"]];
        Question[] asked = [.. questions.Select(
            static clauses => new Question(SegmentMaker.Spec, [.. clauses.Select(Clause.Parse)]))];
        BundleSet[] scanned = Scan(bundles, asked);
        int excluded = 0;
        for (int i = 0; i < asked.Length; i++)
        {
            BundleSet candidates = Candidates(file, asked[i], key);
            Assert.True((scanned[i] & ~candidates).Count == 0, string.Join(' ', questions[i]));
            excluded += (~candidates).Count;

            // Not more than what terms that are equal by chance and zones that are wide can cost.
            bool isExact = questions[i].Length == 1 && questions[i][0].IndexOfAny(['<', '>']) < 0
                && !asked[i].Clauses[0].IsZone;
            Assert.True(!isExact || candidates.Equals(scanned[i]), string.Join(' ', questions[i]));
        }

        Assert.True(excluded > 1_000);
    }

    [Fact]
    public void The_same_entries_give_the_same_bytes_and_a_builder_forgets_the_segment_before()
    {
        byte[][] bundles = [.. Enumerable.Range(0, 256).Select(static bundle => SegmentMaker.Bundle(7, bundle))];
        IndexBuilder builder = new(SegmentMaker.Spec);
        byte[] first = SegmentMaker.Index(bundles, 0, s_root, builder);
        byte[][] others = [.. Enumerable.Range(0, 256).Select(static bundle => SegmentMaker.Bundle(8, bundle))];
        Assert.NotEqual(first, SegmentMaker.Index(others, 0, s_root, builder));
        Assert.Equal(first, SegmentMaker.Index(bundles, 0, s_root, builder));

        // The bytes of version 1: what was signed once must be built again for ever.
        string hash = Convert.ToHexStringLower(SHA256.HashData(first));
        Assert.True(hash == "dcd74218bee0f0673a97d90cc15eb25fc8d8ae64f5bdeba33c88796fdae409b7", hash);
    }

    [Fact]
    public void Salts_give_a_secret_key_other_terms_and_the_same_answers()
    {
        byte[][] bundles = Bundles(9, isSalted: true);
        byte[] bytes = SegmentMaker.Index(bundles, 0, s_root);
        IndexFile file = IndexFile.Read(bytes);
        TermKey secret = TermKey.Secret(file.SecretKey.Span);
        Assert.Equal(file.Facts.KeyHash, secret.Commitment);
        Question question = new(SegmentMaker.Spec, [Clause.Parse("who=rare0")]);
        Assert.Equal(Scan(bundles, [question])[0], Candidates(file, question, secret));
        Assert.NotEqual(
            Scan(bundles, [question])[0], Candidates(file, question, TermKey.Public(SegmentMaker.Spec)));
        Assert.Throws<ArgumentException>(() => TermKey.Secret(new byte[31]));

        // The bytes of version 2: what was signed once must be built again for ever.
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.True(hash == "d148d46f80e4ef55109a70a3dc5cf26cf3e28ffcc6e90cdbc0aecb132b011bbc", hash);

        // Other salts of the same entries, and the salt of one entry alone, are another key.
        byte[] other = [.. bundles[0]];
        other[^1] ^= 1;
        Assert.NotEqual(secret.Commitment, TermKey.Of(SegmentMaker.Spec, other).Commitment);
        Assert.NotEqual(secret.Commitment, TermKey.Of(SegmentMaker.Spec, bundles[1]).Commitment);
    }

    [Fact]
    public void An_index_needs_all_bundles_of_a_segment_and_only_entries()
    {
        IndexBuilder builder = new(SegmentMaker.Spec);
        byte[] bundle = SegmentMaker.Bundle(1, 0);
        builder.Add(bundle);
        Assert.Throws<InvalidOperationException>(() => builder.Build(0, s_root));
        Assert.Throws<MalformedDataException>(() => builder.Add(SegmentMaker.Bundle(1, 0, entries: 255)));
        bundle[2]++;
        Assert.Throws<MalformedDataException>(() => builder.Add(bundle));
    }

    private static byte[][] Bundles(int seed, bool isSalted) =>
        [.. Enumerable.Range(0, 256).Select(bundle => SegmentMaker.Bundle(seed, bundle, isSalted: isSalted))];

    private static BundleSet[] Scan(byte[][] bundles, Question[] questions)
    {
        BundleSet[] found = new BundleSet[questions.Length];
        FieldScanner scanner = new(SegmentMaker.Spec);
        for (int bundle = 0; bundle < bundles.Length; bundle++)
        {
            foreach (ReadOnlySpan<byte> entry in EntryBundle.Parse(bundles[bundle]))
            {
                Assert.True(scanner.TryScan(entry));
                for (int i = 0; i < questions.Length; i++)
                {
                    if (questions[i].Match(scanner.Values) != Verdict.No)
                    {
                        found[i].Add(bundle);
                    }
                }
            }
        }

        return found;
    }

    private static BundleSet Candidates(IndexFile file, Question question, TermKey key)
    {
        CandidateBundles candidates = new(question, key);
        return candidates.Of(file.Facts, candidates.PagesOf(file.Facts)
            .ToDictionary(static page => page, page => file.Page(page.Field, page.Page)));
    }
}
