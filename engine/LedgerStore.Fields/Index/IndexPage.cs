// One page of an index: which bundles hold the terms that begin with one byte. The whole page is the proof that a term
// is not there: it needs no neighbours. One encoding for each content; an empty page has no bytes.
//
//   u32 n | n x {rest of the term; u8 bundle}          terms in one bundle, ascending
//   then  {rest; u8 c; c bundles, ascending}           terms in 2 to 31 bundles, ascending
//         {rest; u8 0; set, 32 B}                      terms in 32 or more
//   rest = the term without its first byte: 3 bytes, in a field of kind id 2
//
// Pure.

using System.Buffers.Binary;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Reads and writes pages of terms.</summary>
internal static class IndexPage
{
    /// <summary>The pages of a field: one for each first byte of a term.</summary>
    public const int PerField = 256;

    private const int PageBits = 24;
    private const int ListMax = 31;

    /// <summary>The leaf hash of a page without terms.</summary>
    public static Hash256 EmptyHash { get; } = MerkleHash.Leaf([]);

    /// <summary>The number of the page that a term is in.</summary>
    public static int NumberOf(uint term) => (int)(term >> PageBits);

    /// <summary>Writes the page of postings (term, bundle), ascending, each once; all terms of one page.</summary>
    public static void Write(FieldKind kind, ReadOnlySpan<Posting> postings, List<byte> to)
    {
        int countAt = to.Count;
        Span<byte> head = stackalloc byte[sizeof(uint)];
        to.AddRange(head);
        int singles = 0;
        List<byte> others = [];
        int restBytes = RestBytes(kind);
        for (int start = 0; start < postings.Length;)
        {
            int end = start + 1;
            while (end < postings.Length && postings[end].Term == postings[start].Term)
            {
                end++;
            }

            if (end - start == 1)
            {
                AddRest(postings[start].Term, restBytes, to);
                to.Add(postings[start].Bundle);
                singles++;
            }
            else
            {
                AddSeveral(postings[start..end], restBytes, others);
            }

            start = end;
        }

        to.AddRange(others);
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)singles);
        for (int i = 0; i < head.Length; i++)
        {
            to[countAt + i] = head[i];
        }
    }

    /// <summary>The bundles that hold a term; none if the page does not have it.</summary>
    /// <exception cref="MalformedDataException">The bytes are no page.</exception>
    public static BundleSet Find(FieldKind kind, ReadOnlySpan<byte> page, uint term)
    {
        BundleSet found = default;
        if (page.IsEmpty)
        {
            return found;
        }

        int restBytes = RestBytes(kind);
        int rowBytes = restBytes + 1;
        uint wanted = term << 8 >> (32 - (8 * restBytes));
        if (page.Length < sizeof(uint) + rowBytes)
        {
            throw new MalformedDataException("a page is shorter than one row", page.Length);
        }

        uint singles = BinaryPrimitives.ReadUInt32LittleEndian(page);
        int at = sizeof(uint);
        if (singles > (uint)((page.Length - at) / rowBytes))
        {
            throw new MalformedDataException($"a page of {page.Length} bytes has no {singles} rows", 0);
        }

        long last = -1;
        for (uint i = 0; i < singles; i++, at += rowBytes)
        {
            uint rest = Rest(page, at, restBytes, ref last);
            if (rest == wanted)
            {
                found.Add(page[at + restBytes]);
            }
        }

        bool isFound = found.Count > 0;
        last = -1;
        while (at < page.Length)
        {
            BundleSet several = Several(page, restBytes, ref at, ref last, out uint rest);
            if (rest == wanted)
            {
                found = isFound ? throw new MalformedDataException("a page has a term twice", at) : several;
            }
        }

        return found;
    }

    private static int RestBytes(FieldKind kind) => kind == FieldKind.Id ? 2 : 3;

    private static void AddRest(uint term, int restBytes, List<byte> to)
    {
        for (int i = 1; i <= restBytes; i++)
        {
            to.Add((byte)(term >> (PageBits - (8 * i))));
        }
    }

    private static void AddSeveral(ReadOnlySpan<Posting> same, int restBytes, List<byte> to)
    {
        AddRest(same[0].Term, restBytes, to);
        to.Add(same.Length <= ListMax ? (byte)same.Length : (byte)0);
        BundleSet set = default;
        foreach (Posting posting in same)
        {
            set.Add(posting.Bundle);
            if (same.Length <= ListMax)
            {
                to.Add(posting.Bundle);
            }
        }

        if (same.Length > ListMax)
        {
            Span<byte> bits = stackalloc byte[BundleSet.Bytes];
            set.Write(bits);
            to.AddRange(bits);
        }
    }

    private static BundleSet Several(
        ReadOnlySpan<byte> page, int restBytes, ref int at, ref long last, out uint rest)
    {
        if (page.Length - at < restBytes + 1)
        {
            throw new MalformedDataException("a page ends in a row", at);
        }

        rest = Rest(page, at, restBytes, ref last);
        int count = page[at + restBytes];
        int length = count == 0 ? BundleSet.Bytes : count;
        at += restBytes + 1;
        if (count is 1 or > ListMax || page.Length - at < length)
        {
            throw new MalformedDataException($"a row of a page has {count} bundles", at);
        }

        BundleSet set = default;
        if (count == 0)
        {
            set = BundleSet.Read(page[at..]);
        }

        for (int i = 0; i < count; i++)
        {
            if (i > 0 && page[at + i] <= page[at + i - 1])
            {
                throw new MalformedDataException("the bundles of a row do not ascend", at + i);
            }

            set.Add(page[at + i]);
        }

        if (count == 0 && set.Count <= ListMax)
        {
            throw new MalformedDataException("a row has a set where it must have a list", at);
        }

        at += length;
        return set;
    }

    private static uint Rest(ReadOnlySpan<byte> page, int at, int restBytes, ref long last)
    {
        uint rest = 0;
        for (int i = 0; i < restBytes; i++)
        {
            rest = (rest << 8) | page[at + i];
        }

        if (rest <= last)
        {
            throw new MalformedDataException("the terms of a page do not ascend", at);
        }

        last = rest;
        return rest;
    }
}
