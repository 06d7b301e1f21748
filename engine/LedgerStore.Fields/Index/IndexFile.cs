// The index of one segment as a file: what is known of the segment, a directory of the pages that are not empty, a
// checksum of both, the pages. The same entries and spec give the same bytes, whoever builds it.
//
//   0        facts of the segment, magic LSINDEX1     see SegmentFacts
//            u32 rows | u32 flags: 1 = the pages are gone
//            if the facts have the hash of a key: 32 B the key, zeros when the pages are gone
//            rows, 40 B each, by ascending leaf: u16 field, u8 page, u8 0, u32 bytes of the page, 32 B its leaf hash
//            32 B SHA-256(0x00 || all before)
//            pages, in the order of the rows
//
// A page is served only when it has the hash that the directory says, and the directory leads to the index root.
// Immutable; any thread.

using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Reads an index file.</summary>
internal sealed class IndexFile
{
    public const int RowBytes = 8 + Hash256.Length;
    public const int CountsBytes = 8;

    /// <summary>Flag: the pages are gone, because the segment's payload has.</summary>
    public const uint WithoutPages = 1;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Dictionary<ulong, (int Offset, int Length)> _places;

    private IndexFile(
        ReadOnlyMemory<byte> bytes, SegmentFacts facts, IndexTree tree, bool hasPages, ReadOnlyMemory<byte> key,
        Dictionary<ulong, (int Offset, int Length)> places)
    {
        _bytes = bytes;
        _places = places;
        Facts = facts;
        Tree = tree;
        HasPages = hasPages;
        SecretKey = key;
    }

    public static ReadOnlySpan<byte> Magic => "LSINDEX1"u8;

    public SegmentFacts Facts { get; }

    /// <summary>For proofs of pages.</summary>
    public IndexTree Tree { get; }

    /// <summary>Whether pages can be asked for.</summary>
    public bool HasPages { get; }

    /// <summary>The secret key of the terms, which the facts have the hash of; none: everybody knows it, or the pages
    /// are gone.</summary>
    public ReadOnlyMemory<byte> SecretKey { get; }

    public int Length => _bytes.Length;

    /// <summary>Whether every page has the hash that the directory says: it reads all of them.</summary>
    public bool HasSoundPages => HasPages && _places.All(
        row => MerkleHash.Leaf(_bytes.Span.Slice(row.Value.Offset, row.Value.Length)) == Tree.Leaf(row.Key));

    /// <summary>Reads a file.</summary>
    /// <exception cref="MalformedDataException">It is damaged: what, and where.</exception>
    public static IndexFile Read(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        SegmentFacts facts = SegmentFacts.Read(Magic, bytes);
        int at = facts.Bytes;
        if (bytes.Length < at + CountsBytes)
        {
            throw new MalformedDataException("an index file ends before its directory", at);
        }

        uint rows = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
        int directory = at + CountsBytes + KeyBytes(facts);
        ulong leaves = (ulong)(facts.Fields * IndexPage.PerField);
        if (rows > leaves || flags > WithoutPages || bytes.Length < directory + ((int)rows * RowBytes) + Hash256.Length)
        {
            throw new MalformedDataException($"an index file has no {rows} rows, or flags {flags}", at);
        }

        int checkAt = directory + ((int)rows * RowBytes);
        if (MerkleHash.Leaf(bytes[..checkAt]) != new Hash256(bytes.Slice(checkAt, Hash256.Length)))
        {
            throw new MalformedDataException("the directory of an index file is not what was written", checkAt);
        }

        Hash256[] hashes = new Hash256[leaves];
        Array.Fill(hashes, IndexPage.EmptyHash);
        int pages = checkAt + Hash256.Length;
        Dictionary<ulong, (int Offset, int Length)> places =
            Rows(bytes[directory..checkAt], hashes, pages, out long end);
        bool hasPages = flags != WithoutPages;
        ReadOnlyMemory<byte> key = file[(at + CountsBytes)..directory];
        if (hasPages && facts.KeyHash is { } said && new Hash256(SHA256.HashData(key.Span)) != said)
        {
            throw new MalformedDataException("the key of an index file is not the one of its terms", at + CountsBytes);
        }

        IndexTree tree = new(hashes);
        if (tree.Root != facts.IndexRoot || (ulong)(end - pages) != facts.PagesBytes
            || bytes.Length != (hasPages ? end : pages))
        {
            throw new MalformedDataException(
                "the pages of an index file do not lead to its root, or lack bytes", pages);
        }

        return new IndexFile(file, facts, tree, hasPages, hasPages ? key : default, places);
    }

    /// <summary>The bytes of a page, which have the hash that leads to the root.</summary>
    /// <exception cref="MalformedDataException">The page is damaged or gone.</exception>
    public ReadOnlyMemory<byte> Page(int field, int page)
    {
        ulong leaf = IndexTree.LeafOf(field, page);
        if (!_places.TryGetValue(leaf, out (int Offset, int Length) place))
        {
            return default;
        }

        ReadOnlyMemory<byte> bytes = HasPages ? _bytes.Slice(place.Offset, place.Length) : default;
        return HasPages && MerkleHash.Leaf(bytes.Span) == Tree.Leaf(leaf)
            ? bytes
            : throw new MalformedDataException(
                $"page {page} of field {field} of the index of segment {Facts.Segment} is "
                + (HasPages ? "damaged; build the index again" : "gone, because the segment expired"),
                place.Offset);
    }

    /// <summary>The same file without its pages: its proofs can still be checked; its terms are gone, with their key.
    /// </summary>
    public byte[] WriteWithoutPages()
    {
        int countsAt = Facts.Bytes;
        int keyAt = countsAt + CountsBytes;
        int checkAt = keyAt + KeyBytes(Facts) + (_places.Count * RowBytes);
        byte[] file = _bytes.Span[..(checkAt + Hash256.Length)].ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(countsAt + 4), WithoutPages);
        file.AsSpan(keyAt, KeyBytes(Facts)).Clear();
        Hash256 check = MerkleHash.Leaf(file.AsSpan(0, checkAt));
        Hash256.BytesOf(ref check).CopyTo(file.AsSpan(checkAt));
        return file;
    }

    private static int KeyBytes(SegmentFacts facts) => facts.KeyHash is null ? 0 : TermKey.SecretBytes;

    private static Dictionary<ulong, (int Offset, int Length)> Rows(
        ReadOnlySpan<byte> directory, Span<Hash256> hashes, int offset, out long end)
    {
        Dictionary<ulong, (int Offset, int Length)> places = [];
        end = offset;
        long last = -1;
        for (int at = 0; at < directory.Length; at += RowBytes)
        {
            ReadOnlySpan<byte> row = directory.Slice(at, RowBytes);
            ulong leaf = IndexTree.LeafOf(BinaryPrimitives.ReadUInt16LittleEndian(row), row[2]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(row[4..]);
            if ((long)leaf <= last || leaf >= (ulong)hashes.Length || row[3] != 0 || length == 0
                || end + length > int.MaxValue)
            {
                throw new MalformedDataException("the directory of an index file does not ascend", at);
            }

            hashes[(int)leaf] = new Hash256(row[8..]);
            places.Add(leaf, ((int)end, (int)length));
            end += length;
            last = (long)leaf;
        }

        return places;
    }
}
