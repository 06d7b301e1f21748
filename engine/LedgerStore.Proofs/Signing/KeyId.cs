// The four bytes that tell apart keys of one name in a signature line. They are a hint, not a proof: two keys may have
// the same, by chance or by work, and then a set of known keys refuses both (VerifierKeys).
// Immutable value, any thread.
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LedgerStore.Proofs;

/// <summary>The first four bytes of SHA-256(key name || LF || type || public key).</summary>
public readonly record struct KeyId(uint Value)
{
    public const int Length = 4;

    public static KeyId Of(KeyName name, SignatureType type, ReadOnlySpan<byte> publicKey)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(name.Utf8);
        hash.AppendData([(byte)'\n', (byte)type]);
        hash.AppendData(publicKey);
        Span<byte> digest = stackalloc byte[Hash256.Length];
        _ = hash.GetHashAndReset(digest);
        return new KeyId(BinaryPrimitives.ReadUInt32BigEndian(digest));
    }

    /// <summary>Eight lower-case hexadecimal digits, as in a vkey.</summary>
    public override string ToString() => Value.ToString("x8");
}
