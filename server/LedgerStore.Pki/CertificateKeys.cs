// Which public keys and signatures are strong enough. Pure functions.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

internal static class CertificateKeys
{
    private const int RsaBitsMin = 2048;
    private const int EllipticBitsMin = 256;

    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string Elliptic = "1.2.840.10045.2.1";
    private const string Ed25519 = "1.3.101.112";
    private const string Ed448 = "1.3.101.113";

    // MD2, MD5 and SHA-1 with RSA, SHA-1 with ECDSA and DSA.
    private static readonly string[] s_brokenSignatures =
    [
        "1.2.840.113549.1.1.2", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1",
        "1.2.840.10040.4.3",
    ];

    /// <summary>Null if the key is strong enough, else what is wrong with it.</summary>
    public static string? Problem(X509Certificate2 certificate)
    {
        try
        {
            switch (certificate.PublicKey.Oid.Value)
            {
                case Rsa:
                    using (RSA? key = certificate.GetRSAPublicKey())
                    {
                        return TooShort("RSA", key?.KeySize ?? 0, RsaBitsMin);
                    }

                case Elliptic:
                    using (ECDsa? key = certificate.GetECDsaPublicKey())
                    {
                        return TooShort("elliptic curve", key?.KeySize ?? 0, EllipticBitsMin);
                    }

                case Ed25519 or Ed448:
                    return null;
                default:
                    return $"keys of kind {certificate.PublicKey.Oid.Value} are not accepted";
            }
        }
        catch (CryptographicException error)
        {
            return $"its key cannot be read: {error.Message}";
        }
    }

    /// <summary>Null if the hash under the signature is not broken, else what is wrong.</summary>
    public static string? SignatureProblem(X509Certificate2 certificate) =>
        s_brokenSignatures.Contains(certificate.SignatureAlgorithm.Value)
            ? $"is signed with {certificate.SignatureAlgorithm.FriendlyName}, whose hash is broken"
            : null;

    private static string? TooShort(string kind, int bits, int min) =>
        bits >= min ? null : $"an {kind} key of {bits} bits is too weak; at least {min} are needed";
}
