// A private key under a name, as a witness cosigns checkpoints with it: the signature covers a time. Such a key must
// not also be a log's key, and each cosigner has its own (the signature does not cover the name).
// Immutable, any thread.
using System.Buffers.Binary;

namespace LedgerStore.Proofs;

/// <summary>Cosigns notes at a stated time (cosignature/v1, type 0x04).</summary>
public sealed class NoteCosigner(KeyName name, SigningKey key)
{
    public KeyName Name => name;

    public KeyId Id { get; } = KeyId.Of(name, SignatureType.CosignatureV1, key.PublicKey);

    /// <summary>What those need who verify; its text is the vkey.</summary>
    public VerifierKey ToVerifierKey() => new(name, SignatureType.CosignatureV1, key.PublicKey);

    /// <summary>The signature line over the text of a note, at a time in POSIX seconds.</summary>
    public byte[] SignLine(ReadOnlySpan<byte> text, ulong seconds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, CosignatureMessage.SecondsMax);
        Span<byte> signature = stackalloc byte[CosignatureMessage.SignatureLength];
        BinaryPrimitives.WriteUInt64BigEndian(signature, seconds);
        key.Sign(CosignatureMessage.Build(seconds, text), signature[CosignatureMessage.TimeLength..]);
        return NoteSignature.Format(name, Id, signature);
    }
}
