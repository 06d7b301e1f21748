// The pages of an index while its file is written: which have bytes, and what. Owned by one thread, for one file.

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Collects pages and writes the file.</summary>
internal sealed class IndexPages(IndexSpec spec)
{
    private readonly List<byte>?[] _pages = new List<byte>?[IndexTree.SizeOf(spec)];

    /// <summary>The bytes of a page, to be filled.</summary>
    public List<byte> Open(int field, int page) => _pages[IndexTree.LeafOf(field, page)] ??= [];

    /// <summary>Adds all pages of terms.</summary>
    /// <param name="postings">Sorted, each once.</param>
    public void AddTerms(ReadOnlySpan<Posting> postings)
    {
        for (int start = 0; start < postings.Length;)
        {
            int field = postings[start].Field;
            int page = IndexPage.NumberOf(postings[start].Term);
            int end = start + 1;
            while (end < postings.Length && postings[end].Field == field
                && IndexPage.NumberOf(postings[end].Term) == page)
            {
                end++;
            }

            IndexPage.Write(spec.Fields[field].Kind, postings[start..end], Open(field, page));
            start = end;
        }
    }

    /// <summary>The file.</summary>
    /// <param name="key">The one of the terms; a secret one is in the file, as long as the pages are.</param>
    /// <param name="facts">What is said of the segment, given the index root and the bytes of all pages.</param>
    public byte[] Write(TermKey key, Func<Hash256, ulong, SegmentFacts> facts)
    {
        Hash256[] hashes = new Hash256[_pages.Length];
        Array.Fill(hashes, IndexPage.EmptyHash);
        int[] rows = [.. Enumerable.Range(0, _pages.Length).Where(leaf => _pages[leaf] is { Count: > 0 })];
        int pagesBytes = 0;
        foreach (int leaf in rows)
        {
            ReadOnlySpan<byte> page = CollectionsMarshal.AsSpan(_pages[leaf]);
            hashes[leaf] = MerkleHash.Leaf(page);
            pagesBytes = checked(pagesBytes + page.Length);
        }

        SegmentFacts said = facts(new IndexTree(hashes).Root, (ulong)pagesBytes);
        int directory = said.Bytes + IndexFile.CountsBytes + key.SecretKey.Length;
        int checkAt = directory + (rows.Length * IndexFile.RowBytes);
        byte[] file = new byte[checked(checkAt + Hash256.Length + pagesBytes)];
        said.Write(IndexFile.Magic, file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(said.Bytes), (uint)rows.Length);
        key.SecretKey.Span.CopyTo(file.AsSpan(said.Bytes + IndexFile.CountsBytes));
        int at = checkAt + Hash256.Length;
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<byte> page = CollectionsMarshal.AsSpan(_pages[rows[i]]);
            Span<byte> row = file.AsSpan(directory + (i * IndexFile.RowBytes), IndexFile.RowBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(row, (ushort)(rows[i] / IndexPage.PerField));
            row[2] = (byte)(rows[i] % IndexPage.PerField);
            BinaryPrimitives.WriteUInt32LittleEndian(row[4..], (uint)page.Length);
            Hash256.BytesOf(ref hashes[rows[i]]).CopyTo(row[8..]);
            page.CopyTo(file.AsSpan(at));
            at += page.Length;
        }

        Hash256 check = MerkleHash.Leaf(file.AsSpan(0, checkAt));
        Hash256.BytesOf(ref check).CopyTo(file.AsSpan(checkAt));
        return file;
    }
}
