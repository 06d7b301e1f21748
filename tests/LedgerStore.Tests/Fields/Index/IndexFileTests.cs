// Index files and statements: read as written, and no changed byte goes unnoticed.

using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Fields.Index;

public sealed class IndexFileTests
{
    private static readonly Hash256 s_root = MerkleHash.Leaf("root"u8);

    private static readonly byte[] s_file = SegmentMaker.Index(
        [.. Enumerable.Range(0, 256).Select(static bundle => SegmentMaker.Bundle(5, bundle))], 9, s_root);

    [Fact]
    public void Every_page_leads_to_the_root()
    {
        IndexFile file = IndexFile.Read(s_file);
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

    [Fact]
    public void A_changed_byte_is_noticed_when_the_file_is_read_or_the_page_is()
    {
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = [.. s_file];
            changed[i < 100 ? random.Next(400) : random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            Assert.Throws<MalformedDataException>(() => ReadAll(changed));
        }

        Assert.Throws<MalformedDataException>(() => ReadAll(s_file[..^1]));
        Assert.Throws<MalformedDataException>(() => ReadAll([.. s_file, 0]));
    }

    [Fact]
    public void Without_its_pages_a_file_still_has_its_facts_and_proofs()
    {
        IndexFile file = IndexFile.Read(s_file);
        byte[] written = file.WriteWithoutPages();
        IndexFile without = IndexFile.Read(written);
        Assert.False(without.HasPages);
        Assert.Equal(file.Facts.IndexRoot, without.Facts.IndexRoot);
        Assert.Equal(file.Tree.Prove(6, 200), without.Tree.Prove(6, 200));
        Assert.Contains("expired", Assert.Throws<MalformedDataException>(() => without.Page(8, 5)).Message,
            StringComparison.Ordinal);
        Assert.True(written.Length < 256 * 12 * IndexFile.RowBytes);
        Assert.Equal(written, without.WriteWithoutPages());
    }

    [Fact]
    public void A_statement_is_read_as_it_was_written()
    {
        IndexStatement statement = new("example.org/payments", IndexFile.Read(s_file).Facts);
        byte[] bytes = statement.Write();
        IndexStatement read = IndexStatement.Read(bytes);
        Assert.Equal(bytes, read.Write());
        Assert.Equal(statement.Origin, read.Origin);
        Assert.Equal(statement.Facts.Zones, read.Facts.Zones);
        Assert.True(bytes.Length < 300, $"{bytes.Length}");
        Assert.Throws<MalformedDataException>(() => IndexStatement.Read([.. bytes, 0]));
        Assert.Throws<MalformedDataException>(() => IndexStatement.Read(bytes.AsSpan(0, bytes.Length - 1)));
    }

    private static void ReadAll(byte[] bytes)
    {
        IndexFile file = IndexFile.Read(bytes);
        for (int leaf = 0; leaf < (int)IndexTree.SizeOf(SegmentMaker.Spec); leaf++)
        {
            _ = file.Page(leaf / 256, leaf % 256);
        }
    }
}
