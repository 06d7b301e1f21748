// A private Ed25519 key, without a name (NoteSigner gives it one): a store's, or one that LedgerKeyDerivation made of
// it. Owned by whoever created it, who disposes it.
// The seed is kept in memory of libsodium only: guarded, never swapped where the system allows that, and overwritten on
// release; every buffer it passes through here is on the stack or zeroed.
// Any thread may sign; a signature under way when the key is disposed is still finished.
using System.Security.Cryptography;
using NSec.Cryptography;

namespace LedgerStore.Proofs;

/// <summary>A private Ed25519 key. Dispose it: that erases the seed.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly Key _key;
    private readonly byte[] _publicKey = new byte[Ed25519.PublicKeyLength];

    private SigningKey(Key key)
    {
        _key = key;
        key.PublicKey.Export(KeyBlobFormat.RawPublicKey).CopyTo(_publicKey, 0);
    }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>A new key from the system's random numbers.</summary>
    public static SigningKey Generate()
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        try
        {
            RandomNumberGenerator.Fill(seed);
            return FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The key of 32 given bytes. The caller zeroes its own copy.</summary>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed)
    {
        Ed25519.RequireLength(seed, Ed25519.SeedLength, "seed");
        KeyCreationParameters exportable = new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        return new SigningKey(Key.Import(Ed25519.Algorithm, seed, KeyBlobFormat.RawPrivateKey, in exportable));
    }

    /// <summary>The key in the PEM text of an unencrypted PKCS#8 file, as openssl genpkey writes it.</summary>
    public static SigningKey FromPem(ReadOnlySpan<byte> text)
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        try
        {
            Pkcs8.ReadSeed(text, seed);
            return FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The key, and its name, in the text form that Go's tools use (PRIVATE+KEY+...).</summary>
    public static SigningKey FromGoText(ReadOnlySpan<byte> text, out KeyName name)
    {
        (name, SigningKey key) = GoPrivateKey.Parse(text);
        return key;
    }

    /// <summary>The PEM text of the PKCS#8 form. The caller writes it where only it can read, and zeroes it.</summary>
    public byte[] ExportPem()
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        try
        {
            CopySeed(seed);
            return Pkcs8.Write(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Writes the 64 bytes of a signature.</summary>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length < Ed25519.SignatureLength)
        {
            throw new ArgumentException(
                $"a signature needs {Ed25519.SignatureLength} bytes, there are {signature.Length}", nameof(signature));
        }

        Ed25519.Algorithm.Sign(_key, message, signature[..Ed25519.SignatureLength]);
    }

    public void Dispose() => _key.Dispose();

    /// <summary>For a derivation. The caller zeroes what it was given.</summary>
    internal void CopySeed(Span<byte> seed)
    {
        if (!_key.TryExport(KeyBlobFormat.RawPrivateKey, seed, out int length) || length != Ed25519.SeedLength)
        {
            throw new CryptographicException("libsodium did not give the seed");
        }
    }
}
