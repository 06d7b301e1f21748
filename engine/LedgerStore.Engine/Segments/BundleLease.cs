// The right to look at decoded entries. Held by one reader; it may cross threads and awaits.

namespace LedgerStore.Engine.Segments;

/// <summary>While a lease is held, the bytes stay. The default value holds nothing.</summary>
/// <remarks>A struct, so that a read allocates nothing: dispose each lease once and do not use copies of it.</remarks>
internal readonly struct BundleLease : IDisposable
{
    private readonly DecodedBundle? _bundle;

    internal BundleLease(DecodedBundle bundle) => _bundle = bundle;

    /// <summary>The index of the first entry that is here.</summary>
    public long FirstIndex => _bundle!.FirstIndex;

    public int Entries => _bundle!.Entries;

    /// <summary>The entries, each behind its u16 big-endian length: a C2SP entry bundle.</summary>
    public ReadOnlySpan<byte> Bytes => _bundle!.Bytes;

    /// <summary>One entry, without its length prefix: the bytes as hashed.</summary>
    public ReadOnlySpan<byte> Entry(int slot) => _bundle!.Entry(slot);

    /// <summary>A run of entries in bundle encoding.</summary>
    public ReadOnlySpan<byte> Range(int slot, int count) => _bundle!.Range(slot, count);

    public void Dispose() => _bundle?.Release();

    internal DecodedBundle Bundle => _bundle!;
}
