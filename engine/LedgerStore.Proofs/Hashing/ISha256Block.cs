// The compression function of SHA-256 over one block of one message: in plain C#, or with Arm's instructions.
// Any thread; pure.
namespace LedgerStore.Proofs;

internal interface ISha256Block
{
    /// <summary>Works the 64 bytes of a block into the 8 words of a state.</summary>
    static abstract void Compress(Span<uint> state, ReadOnlySpan<byte> block);
}
