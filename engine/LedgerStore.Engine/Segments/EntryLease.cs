// The right to look at one decoded entry. Held by one reader; it may cross threads and awaits.

namespace LedgerStore.Engine.Segments;

/// <summary>While a lease is held, the bytes stay. The default value holds nothing.</summary>
/// <remarks>A struct, so that a read allocates nothing: dispose each lease once and do not use copies of it.</remarks>
internal readonly struct EntryLease : IDisposable
{
    private readonly DecodedBundle? _bundle;
    private readonly int _slot;

    internal EntryLease(DecodedBundle bundle, int slot)
    {
        _bundle = bundle;
        _slot = slot;
    }

    /// <summary>The entry's bytes, as hashed.</summary>
    public ReadOnlySpan<byte> Entry => _bundle!.Entry(_slot);

    public void Dispose() => _bundle?.Release();
}
