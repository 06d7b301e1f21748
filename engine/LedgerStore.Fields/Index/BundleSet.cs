// Some of the 256 bundles of a segment: 32 bytes, bundle b is bit b mod 8 of byte b / 8. A value.

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LedgerStore.Fields;

/// <summary>A set of bundles of one segment.</summary>
internal struct BundleSet : IEquatable<BundleSet>
{
    public const int Bytes = 32;

    private const int Words = Bytes / sizeof(ulong);
    private const int WordBits = 64;

    private Four _words;

    public static BundleSet All => ~default(BundleSet);

    public readonly int Count
    {
        get
        {
            int count = 0;
            for (int i = 0; i < Words; i++)
            {
                count += BitOperations.PopCount(_words[i]);
            }

            return count;
        }
    }

    public static BundleSet operator |(BundleSet left, BundleSet right)
    {
        for (int i = 0; i < Words; i++)
        {
            left._words[i] |= right._words[i];
        }

        return left;
    }

    public static BundleSet operator &(BundleSet left, BundleSet right)
    {
        for (int i = 0; i < Words; i++)
        {
            left._words[i] &= right._words[i];
        }

        return left;
    }

    public static BundleSet operator ~(BundleSet set)
    {
        for (int i = 0; i < Words; i++)
        {
            set._words[i] = ~set._words[i];
        }

        return set;
    }

    public static BundleSet Read(ReadOnlySpan<byte> from)
    {
        BundleSet set = default;
        for (int i = 0; i < Words; i++)
        {
            set._words[i] = BinaryPrimitives.ReadUInt64LittleEndian(from[(i * sizeof(ulong))..]);
        }

        return set;
    }

    public readonly void Write(Span<byte> to)
    {
        for (int i = 0; i < Words; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to[(i * sizeof(ulong))..], _words[i]);
        }
    }

    public void Add(int bundle) => _words[bundle / WordBits] |= 1UL << (bundle % WordBits);

    public void Remove(int bundle) => _words[bundle / WordBits] &= ~(1UL << (bundle % WordBits));

    public readonly bool Has(int bundle) => (_words[bundle / WordBits] & (1UL << (bundle % WordBits))) != 0;

    public readonly bool Equals(BundleSet other) => ((ReadOnlySpan<ulong>)_words).SequenceEqual(other._words);

    public override readonly bool Equals(object? obj) => obj is BundleSet other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(_words[0], _words[1], _words[2], _words[3]);

    [InlineArray(Words)]
    private struct Four
    {
        private ulong _first;
    }
}
