// A log's key and the sizes at which it may sign: a key that was rotated away signs nothing larger.
// Immutable, any thread.
namespace LedgerStore.Proofs;

/// <summary>A log's key with the range of tree sizes at which its signature counts.</summary>
public sealed record LogKey
{
    /// <param name="key">The key, of type Ed25519.</param>
    /// <param name="firstSize">The smallest size it may sign.</param>
    /// <param name="lastSize">The largest size it may sign; null while it is in use.</param>
    public LogKey(VerifierKey key, ulong firstSize, ulong? lastSize)
    {
        if (key.Type != SignatureType.Ed25519)
        {
            throw new ArgumentException($"{key} is a cosigner's key; a log signs with type Ed25519", nameof(key));
        }

        if (lastSize < firstSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(lastSize), lastSize, $"the last size is smaller than the first, {firstSize}");
        }

        Key = key;
        FirstSize = firstSize;
        LastSize = lastSize;
    }

    public VerifierKey Key { get; }

    public ulong FirstSize { get; }

    public ulong? LastSize { get; }

    public bool IsValidAt(ulong size) => size >= FirstSize && !(size > LastSize);
}
