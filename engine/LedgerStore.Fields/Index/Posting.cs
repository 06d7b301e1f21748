// One line of an index before it is written: a field's term is in a bundle. A value, ordered by field, term, bundle.

namespace LedgerStore.Fields;

/// <summary>Field, term and bundle in one number, so that sorting needs no comparer.</summary>
internal readonly record struct Posting(ulong Bits)
{
    public const int BundleBits = 8;
    public const int TermBits = 32;

    public Posting(int field, uint term, int bundle)
        : this(((ulong)field << (TermBits + BundleBits)) | ((ulong)term << BundleBits) | (uint)bundle)
    {
    }

    public int Field => (int)(Bits >> (TermBits + BundleBits));

    public uint Term => (uint)(Bits >> BundleBits);

    public byte Bundle => (byte)Bits;
}
