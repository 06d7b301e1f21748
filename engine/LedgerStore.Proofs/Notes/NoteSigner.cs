// A private key under a name, as a log signs notes with it. Whoever owns the key disposes it: in the scheme `shared` it
// stands behind the names of many ledgers.
// Immutable, any thread.
namespace LedgerStore.Proofs;

/// <summary>Signs notes as the log of the given name (type 0x01).</summary>
public sealed class NoteSigner(KeyName name, SigningKey key)
{
    public KeyName Name => name;

    public KeyId Id { get; } = KeyId.Of(name, SignatureType.Ed25519, key.PublicKey);

    /// <summary>What those need who verify; its text is the vkey.</summary>
    public VerifierKey ToVerifierKey() => new(name, SignatureType.Ed25519, key.PublicKey);

    /// <summary>The signature line over the text of a note.</summary>
    internal byte[] SignLine(ReadOnlySpan<byte> text)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength];
        key.Sign(text, signature);
        return NoteSignature.Format(name, Id, signature);
    }
}
