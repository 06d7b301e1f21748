// Ed25519 (RFC 8032) on raw bytes, computed by libsodium, which comes with NSec (docs/decisions/0025). For keys that
// are used once; who verifies or signs often keeps a VerifierKey or a SigningKey.
// Stateless. Any thread.
using NSec.Cryptography;

namespace LedgerStore.Proofs;

/// <summary>Ed25519 signatures on raw bytes.</summary>
public static class Ed25519
{
    public const int SeedLength = 32;
    public const int PublicKeyLength = 32;
    public const int SignatureLength = 64;

    internal static SignatureAlgorithm Algorithm => SignatureAlgorithm.Ed25519;

    /// <summary>
    /// Throws <see cref="PlatformNotSupportedException"/> when there is no libsodium for this machine. A program calls
    /// it once when it starts, so that the lack is not found at the first signature.
    /// </summary>
    public static void EnsureAvailable()
    {
        try
        {
            _ = Algorithm.SignatureSize;
        }
        catch (Exception cause) when (cause is TypeInitializationException or DllNotFoundException
            or PlatformNotSupportedException)
        {
            throw new PlatformNotSupportedException(
                "Ed25519 needs libsodium, which the package NSec.Cryptography brings for Linux on x64 and arm64, with "
                + "glibc or musl; is the program published for another machine?",
                cause);
        }
    }

    /// <summary>The public key that belongs to a seed.</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        using SigningKey key = SigningKey.FromSeed(seed);
        return key.PublicKey.ToArray();
    }

    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignatureLength];
        using SigningKey key = SigningKey.FromSeed(seed);
        key.Sign(message, signature);
        return signature;
    }

    /// <summary>False for every signature that does not verify, of whatever length it is.</summary>
    public static bool Verify(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Algorithm.Verify(ImportPublic(publicKey), message, signature);

    internal static PublicKey ImportPublic(ReadOnlySpan<byte> publicKey)
    {
        RequireLength(publicKey, PublicKeyLength, "public key");
        return NSec.Cryptography.PublicKey.Import(Algorithm, publicKey, KeyBlobFormat.RawPublicKey);
    }

    internal static void RequireLength(ReadOnlySpan<byte> bytes, int length, string what)
    {
        if (bytes.Length != length)
        {
            throw new ArgumentException(
                $"an Ed25519 {what} has {length} bytes, this has {bytes.Length}", nameof(bytes));
        }
    }
}
