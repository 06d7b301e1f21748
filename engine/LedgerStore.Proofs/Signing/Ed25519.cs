// Ed25519 (RFC 8032) on raw bytes, computed by libcrypto. For keys that are used once; who verifies or signs often
// keeps a VerifierKey or a SigningKey, which hold the key ready inside libcrypto.
// Stateless. Any thread.
namespace LedgerStore.Proofs;

/// <summary>Ed25519 signatures on raw bytes.</summary>
public static class Ed25519
{
    public const int SeedLength = 32;
    public const int PublicKeyLength = 32;
    public const int SignatureLength = 64;

    /// <summary>
    /// Throws <see cref="PlatformNotSupportedException"/>, naming the package to install, when libcrypto is missing.
    /// A program calls it once when it starts, so that the lack is not found at the first signature.
    /// </summary>
    public static void EnsureAvailable() => LibCrypto.EnsureAvailable();

    /// <summary>The public key that belongs to a seed.</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        byte[] publicKey = new byte[PublicKeyLength];
        using EvpKeyHandle key = EvpKeyHandle.FromSeed(seed);
        key.CopyPublicKey(publicKey);
        return publicKey;
    }

    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignatureLength];
        using EvpKeyHandle key = EvpKeyHandle.FromSeed(seed);
        key.Sign(message, signature);
        return signature;
    }

    /// <summary>False for every signature that does not verify, of whatever length it is.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using EvpKeyHandle key = EvpKeyHandle.FromPublicKey(publicKey);
        return signature.Length == SignatureLength && key.Verify(message, signature);
    }
}
