// Where the entries of (a part of) a bundle are, and in which order lanes take them: most blocks first, so that the
// lanes run out of work at about the same time. At most 256 entries; a longer buffer is hashed in several parts.
// Owned by the one call that declared it; lives on its stack.
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BundleOrder
{
    public const int EntriesMax = 256;
    private const int LengthPrefixBytes = 2;

    // Longer entries share the first rank: there are few of them in a bundle, and any order is correct.
    private const int Ranks = 64;

    public fixed int Offsets[EntriesMax];
    public fixed ushort Lengths[EntriesMax];
    public fixed byte Entries[EntriesMax];

    public int Count { get; private set; }

    /// <summary>
    /// Finds <paramref name="count"/> entries from <paramref name="offset"/> on and returns where the last one ends.
    /// </summary>
    public int Read(ReadOnlySpan<byte> bundle, int offset, int count)
    {
        Invariant(count <= EntriesMax);
        Span<byte> rankOf = stackalloc byte[EntriesMax];
        Span<int> startOfRank = stackalloc int[Ranks + 1];
        startOfRank.Clear();
        for (int i = 0; i < count; i++)
        {
            offset = Step(bundle, offset, out int length);
            Offsets[i] = offset - length;
            Lengths[i] = (ushort)length;
            byte rank = (byte)(Ranks - Math.Min(Sha256Constants.BlocksOf(length + 1), Ranks));
            rankOf[i] = rank;
            startOfRank[rank + 1]++;
        }

        for (int rank = 1; rank < Ranks; rank++)
        {
            startOfRank[rank] += startOfRank[rank - 1];
        }

        for (int i = 0; i < count; i++)
        {
            Entries[startOfRank[rankOf[i]]++] = (byte)i;
        }

        Count = count;
        return offset;
    }

    /// <summary>Returns the end of the entry that starts at <paramref name="offset"/> with its length prefix.</summary>
    public static int Step(ReadOnlySpan<byte> bundle, int offset, out int length)
    {
        if (bundle.Length - offset < LengthPrefixBytes)
        {
            throw new MalformedDataException("the bundle ends before the length of an entry", offset);
        }

        length = BinaryPrimitives.ReadUInt16BigEndian(bundle[offset..]);
        offset += LengthPrefixBytes;
        return bundle.Length - offset >= length
            ? offset + length
            : throw new MalformedDataException(
                $"an entry has {length} bytes, the bundle ends after {bundle.Length - offset}", offset);
    }

    private static void Invariant(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"more than {EntriesMax} entries in one order");
        }
    }
}
