// A new signing key as the text of its file: PKCS#8, PEM, not encrypted (RFC 8410, section 7).
//
//   SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING { 32 bytes of seed } } }
//
// Pure but for the random numbers.
using System.Security.Cryptography;

namespace LedgerStore.Server.Hosting;

/// <summary>Makes signing keys for development servers.</summary>
internal static class SigningKeyFile
{
    private static ReadOnlySpan<byte> Head =>
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    public static string NewPem()
    {
        const int seedBytes = 32;
        Span<byte> key = stackalloc byte[Head.Length + seedBytes];
        Head.CopyTo(key);
        RandomNumberGenerator.Fill(key[Head.Length..]);
        string pem = PemEncoding.WriteString("PRIVATE KEY", key) + "\n";
        CryptographicOperations.ZeroMemory(key);
        return pem;
    }
}
