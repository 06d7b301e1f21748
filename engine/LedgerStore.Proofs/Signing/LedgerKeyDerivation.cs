// The key of one ledger, made from the store's: no signature of one ledger can be another's, whatever a verifier
// forgets to compare; and who has the key of one ledger learns nothing of the store's, nor of the others'.
//
//   seed of the ledger's Ed25519 key = HKDF-SHA256 (RFC 5869)
//       input key material    the seed of the store's key, 32 bytes
//       salt                  "ledgerstore ledger key/v1"
//       info                  the origin, UTF-8
//       length                32
//
// Salt and info never change. Another derivation would be another version, and another scheme in the key log.
// Pure; any thread. The seeds are on the stack, and zeroed.
using System.Security.Cryptography;

namespace LedgerStore.Proofs;

/// <summary>Derives the keys of ledgers.</summary>
public static class LedgerKeyDerivation
{
    private static ReadOnlySpan<byte> Salt => "ledgerstore ledger key/v1"u8;

    /// <summary>The key that signs the ledger of this origin. Dispose it.</summary>
    public static SigningKey Derive(SigningKey store, KeyName origin)
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        Span<byte> derived = stackalloc byte[Ed25519.SeedLength];
        try
        {
            store.CopySeed(seed);
            HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, derived, Salt, origin.Utf8);
            return SigningKey.FromSeed(derived);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>What those who verify this ledger need.</summary>
    public static VerifierKey VerifierKeyOf(SigningKey store, KeyName origin, KeyScheme scheme)
    {
        if (scheme == KeyScheme.Shared)
        {
            return new VerifierKey(origin, SignatureType.Ed25519, store.PublicKey);
        }

        using SigningKey own = Derive(store, origin);
        return new VerifierKey(origin, SignatureType.Ed25519, own.PublicKey);
    }
}
