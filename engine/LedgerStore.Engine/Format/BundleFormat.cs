// The C2SP entry bundle: u16 big-endian length, bytes, and so on. What is checked of it and read from it.
// Pure: any thread.

using System.Buffers.Binary;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>Entry bundles.</summary>
internal static class BundleFormat
{
    /// <summary>An entry starts with its time: the tag of field 1 (fixed64), then 8 bytes little-endian.</summary>
    private const byte TimeTag = 0x09;

    private const int TimeBytes = 9;

    /// <summary>Where the entry that starts here ends, and the next one starts.</summary>
    /// <exception cref="MalformedDataException">The bundle ends inside of it.</exception>
    public static int EntryEnd(ReadOnlySpan<byte> bundle, int offset)
    {
        FormatCheck.That(
            (uint)offset < (uint)bundle.Length && bundle.Length - offset >= BlockFormat.EntryPrefixBytes,
            "a bundle ends before an entry's length",
            offset);
        int end = offset + BlockFormat.EntryPrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle[offset..]);
        FormatCheck.That(end <= bundle.Length, "a bundle ends inside of an entry", offset);
        return end;
    }

    /// <summary>Finds every entry: offsets[i] to offsets[i + 1] is entry i with its length prefix.</summary>
    /// <param name="offsets">One more than there are entries.</param>
    /// <exception cref="MalformedDataException">The bundle is not exactly that many entries.</exception>
    public static void Index(ReadOnlySpan<byte> bundle, Span<int> offsets)
    {
        int offset = 0;
        for (int i = 0; i < offsets.Length - 1; i++)
        {
            offsets[i] = offset;
            offset = EntryEnd(bundle, offset);
        }

        offsets[^1] = offset;
        FormatCheck.That(offset == bundle.Length, "a bundle goes on behind its last entry", offset);
    }

    /// <summary>The time in an entry (without its length prefix).</summary>
    /// <exception cref="MalformedDataException">It does not start with one.</exception>
    public static long ReceivedMicros(ReadOnlySpan<byte> entry)
    {
        FormatCheck.That(entry.Length >= TimeBytes && entry[0] == TimeTag, "an entry does not start with its time", 0);
        return BinaryPrimitives.ReadInt64LittleEndian(entry[1..]);
    }
}
