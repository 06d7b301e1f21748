// Entries one after the other, as they are served, stored and passed on (C2SP tlog-tiles, entry bundle):
//
//   u16 big-endian length | entry | u16 length | entry | ...          nothing behind the last one
//
// A view of somebody's bytes: nothing is copied. A value on the stack.
using System.Buffers.Binary;

namespace LedgerStore.Proofs;

/// <summary>A run of whole entries in bundle encoding.</summary>
public readonly ref struct EntryBundle
{
    /// <summary>What two bytes of length can say.</summary>
    public const int EntryBytesMax = ushort.MaxValue;

    /// <summary>What precedes every entry.</summary>
    public const int LengthBytes = sizeof(ushort);

    private EntryBundle(ReadOnlySpan<byte> bytes, int count)
    {
        Bytes = bytes;
        Count = count;
    }

    public ReadOnlySpan<byte> Bytes { get; }

    public int Count { get; }

    /// <summary>The entry in a slot; found by walking over those before it.</summary>
    public ReadOnlySpan<byte> this[int slot]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(slot);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Count);
            Enumerator entries = GetEnumerator();
            for (int i = 0; i <= slot; i++)
            {
                _ = entries.MoveNext();
            }

            return entries.Current;
        }
    }

    /// <summary>Checks the whole run, of however many entries; none is an empty run.</summary>
    public static EntryBundle Parse(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        int offset = 0;
        while (offset < bytes.Length)
        {
            if (bytes.Length - offset < LengthBytes)
            {
                throw new MalformedDataException("half of an entry's length at the end of a bundle", offset);
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);
            if (bytes.Length - offset - LengthBytes < length)
            {
                throw new MalformedDataException(
                    $"entry {count} of a bundle has {length} bytes, {bytes.Length - offset - LengthBytes} are there",
                    offset);
            }

            offset += LengthBytes + length;
            count++;
        }

        return new EntryBundle(bytes, count);
    }

    /// <summary>The same for a run that must have so many entries.</summary>
    public static EntryBundle Parse(ReadOnlySpan<byte> bytes, int expectedCount)
    {
        EntryBundle bundle = Parse(bytes);
        return bundle.Count == expectedCount
            ? bundle
            : throw new MalformedDataException(
                $"a bundle of {bundle.Count} entries where there must be {expectedCount}", bytes.Length);
    }

    /// <summary>Writes one entry with its length and returns how many bytes that took.</summary>
    public static int Write(ReadOnlySpan<byte> entry, Span<byte> destination)
    {
        if (entry.Length > EntryBytesMax)
        {
            throw new ArgumentException(
                $"an entry of {entry.Length} bytes exceeds the limit of {EntryBytesMax}", nameof(entry));
        }

        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)entry.Length);
        entry.CopyTo(destination[LengthBytes..]);
        return LengthBytes + entry.Length;
    }

    public Enumerator GetEnumerator() => new(Bytes);

    /// <summary>Walks over the entries; each is a slice of the bundle.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _rest = bytes;
            Current = default;
        }

        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            // Parse saw that every length holds.
            int length = BinaryPrimitives.ReadUInt16BigEndian(_rest);
            Current = _rest.Slice(LengthBytes, length);
            _rest = _rest[(LengthBytes + length)..];
            return true;
        }
    }
}
