// A ledger's key as verifiers are told of it. Immutable, any thread.
namespace LedgerStore.Engine;

/// <summary>A key of a ledger's log, and the sizes of the checkpoints that it may sign.</summary>
/// <param name="VerifierKey">The vkey.</param>
/// <param name="FirstSize">The smallest size.</param>
/// <param name="LastSize">The largest size; null while it is in use.</param>
/// <param name="Statement">
/// The key rotation that the key before it and it itself signed; empty for the first. Follow it from a key that you
/// trust; never trust a key because the store names it.
/// </param>
public sealed record LedgerKey(
    string VerifierKey, long FirstSize, long? LastSize, ReadOnlyMemory<byte> Statement);
