// One Ed25519 key inside libcrypto (an EVP_PKEY): private (a seed) or public. The bytes of a seed live there and
// nowhere in managed memory; libcrypto overwrites them when the handle is released.
// Immutable after creation; libcrypto allows concurrent use of one key, so any thread.
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LedgerStore.Proofs;

internal sealed class EvpKeyHandle : SafeHandle
{
    public EvpKeyHandle()
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    public static EvpKeyHandle FromSeed(ReadOnlySpan<byte> seed)
    {
        RequireLength(seed, Ed25519.SeedLength, "seed");
        LibCrypto.EnsureAvailable();
        return Created(LibCrypto.EVP_PKEY_new_raw_private_key(
            LibCrypto.Ed25519KeyType, 0, seed, (nuint)seed.Length));
    }

    public static EvpKeyHandle FromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        RequireLength(publicKey, Ed25519.PublicKeyLength, "public key");
        LibCrypto.EnsureAvailable();
        return Created(LibCrypto.EVP_PKEY_new_raw_public_key(
            LibCrypto.Ed25519KeyType, 0, publicKey, (nuint)publicKey.Length));
    }

    public void CopyPublicKey(Span<byte> destination)
    {
        nuint length = Ed25519.PublicKeyLength;
        Demand(LibCrypto.EVP_PKEY_get_raw_public_key(this, destination, ref length), "the public key");
    }

    public void CopySeed(Span<byte> destination)
    {
        nuint length = Ed25519.SeedLength;
        Demand(LibCrypto.EVP_PKEY_get_raw_private_key(this, destination, ref length), "the seed");
    }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        nint context = NewContext();
        try
        {
            nuint length = Ed25519.SignatureLength;
            Demand(LibCrypto.EVP_DigestSignInit(context, 0, 0, 0, this), "a signing context");
            Demand(
                LibCrypto.EVP_DigestSign(context, signature, ref length, message, (nuint)message.Length),
                "a signature");
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }

    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        nint context = NewContext();
        try
        {
            Demand(LibCrypto.EVP_DigestVerifyInit(context, 0, 0, 0, this), "a verifying context");
            int answer = LibCrypto.EVP_DigestVerify(
                context, signature, (nuint)signature.Length, message, (nuint)message.Length);
            if (answer == 1)
            {
                return true;
            }

            LibCrypto.ERR_clear_error();
            return false;
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }

    private static nint NewContext()
    {
        nint context = LibCrypto.EVP_MD_CTX_new();
        return context != 0 ? context : throw new CryptographicException("libcrypto has no memory for a context");
    }

    private static EvpKeyHandle Created(EvpKeyHandle key)
    {
        if (key.IsInvalid)
        {
            LibCrypto.ERR_clear_error();
            throw new CryptographicException(
                "this libcrypto refuses Ed25519 keys; is OpenSSL configured for FIPS providers only?");
        }

        return key;
    }

    private static void Demand(int answer, string what)
    {
        if (answer != 1)
        {
            LibCrypto.ERR_clear_error();
            throw new CryptographicException($"libcrypto did not give {what}");
        }
    }

    private static void RequireLength(ReadOnlySpan<byte> bytes, int length, string what)
    {
        if (bytes.Length != length)
        {
            throw new ArgumentException(
                $"an Ed25519 {what} has {length} bytes, this has {bytes.Length}", nameof(bytes));
        }
    }
}
