// Index files and statements: read as written, and no changed byte goes unnoticed.

using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Fields.Index;

public sealed class IndexFileTests
{
    private static readonly Hash256 s_root = MerkleHash.Leaf("root"u8);

    private static readonly byte[] s_plain = Make(isSalted: false);
    private static readonly byte[] s_salted = Make(isSalted: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_page_leads_to_the_root(bool isSalted)
    {
        IndexFile file = IndexFile.Read(isSalted ? s_salted : s_plain);
        Assert.Equal(
            (9UL, s_root, SegmentMaker.Spec.Id), (file.Facts.Segment, file.Facts.SegmentRoot, file.Facts.SpecId));
        ulong size = IndexTree.SizeOf(SegmentMaker.Spec);
        for (int leaf = 0; leaf < (int)size; leaf += 7)
        {
            (int field, int page) = (leaf / 256, leaf % 256);
            Hash256 hash = MerkleHash.Leaf(file.Page(field, page).Span);
            Assert.True(InclusionProof.IsValid(
                (ulong)leaf, size, hash, file.Tree.Prove(field, page), file.Facts.IndexRoot));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_changed_byte_is_noticed_when_the_file_is_read_or_the_page_is(bool isSalted)
    {
        byte[] file = isSalted ? s_salted : s_plain;
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = [.. file];
            changed[i < 100 ? random.Next(400) : random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            Assert.Throws<MalformedDataException>(() => ReadAll(changed));
        }

        Assert.Throws<MalformedDataException>(() => ReadAll(file[..^1]));
        Assert.Throws<MalformedDataException>(() => ReadAll([.. file, 0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_its_pages_a_file_still_has_its_facts_and_proofs_and_no_key(bool isSalted)
    {
        IndexFile file = IndexFile.Read(isSalted ? s_salted : s_plain);
        byte[] written = file.WriteWithoutPages();
        IndexFile without = IndexFile.Read(written);
        Assert.False(without.HasPages);
        Assert.Equal(isSalted, !file.SecretKey.IsEmpty);
        Assert.True(without.SecretKey.IsEmpty);
        Assert.True(!isSalted || written.AsSpan().IndexOf(file.SecretKey.Span) < 0);
        Assert.Equal(file.Facts.KeyHash, without.Facts.KeyHash);
        Assert.Equal(file.Facts.IndexRoot, without.Facts.IndexRoot);
        Assert.Equal(file.Tree.Prove(6, 200), without.Tree.Prove(6, 200));
        Assert.Contains("expired", Assert.Throws<MalformedDataException>(() => without.Page(8, 5)).Message,
            StringComparison.Ordinal);
        Assert.True(written.Length < 256 * 12 * IndexFile.RowBytes);
        Assert.Equal(written, without.WriteWithoutPages());
    }

    [Fact]
    public void A_key_that_is_not_the_one_of_the_terms_is_noticed_although_the_checksum_is_right()
    {
        byte[] changed = [.. s_salted];
        SegmentFacts facts = IndexFile.Read(s_salted).Facts;
        int keyAt = facts.Bytes + IndexFile.CountsBytes;
        int rows = BitConverter.ToInt32(changed, facts.Bytes);
        int checkAt = keyAt + TermKey.SecretBytes + (rows * IndexFile.RowBytes);
        changed[keyAt] ^= 1;
        MerkleHash.Leaf(changed.AsSpan(0, checkAt)).ToArray().CopyTo(changed, checkAt);
        Assert.Contains(
            "the key of an index file is not the one",
            Assert.Throws<MalformedDataException>(() => IndexFile.Read(changed)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_statement_is_read_as_it_was_written(bool isSalted)
    {
        IndexStatement statement = new(
            "example.org/payments", IndexFile.Read(isSalted ? s_salted : s_plain).Facts);
        byte[] bytes = statement.Write();
        IndexStatement read = IndexStatement.Read(bytes);
        Assert.Equal(bytes, read.Write());
        Assert.Equal(statement.Origin, read.Origin);
        Assert.Equal(statement.Facts.Zones, read.Facts.Zones);
        Assert.True(statement.Facts.IsSameAs(read.Facts));
        Assert.True(bytes.Length < 330, $"{bytes.Length}");
        Assert.Throws<MalformedDataException>(() => IndexStatement.Read([.. bytes, 0]));
        Assert.Throws<MalformedDataException>(() => IndexStatement.Read(bytes.AsSpan(0, bytes.Length - 1)));
    }

    private static byte[] Make(bool isSalted) => SegmentMaker.Index(
        [.. Enumerable.Range(0, 256).Select(bundle => SegmentMaker.Bundle(5, bundle, isSalted: isSalted))], 9, s_root);

    private static void ReadAll(byte[] bytes)
    {
        IndexFile file = IndexFile.Read(bytes);
        for (int leaf = 0; leaf < (int)IndexTree.SizeOf(SegmentMaker.Spec); leaf++)
        {
            _ = file.Page(leaf / 256, leaf % 256);
        }
    }
}
