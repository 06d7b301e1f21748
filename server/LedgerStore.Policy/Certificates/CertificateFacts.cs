// What the policy needs to know of a client certificate, brought into comparable form once for each connection, so
// that the check of every call allocates nothing. Immutable; any thread.
using System.Security.Cryptography;

namespace LedgerStore.Policy;

/// <summary>A client certificate, as the policy sees it.</summary>
public sealed class CertificateFacts
{
    private CertificateFacts(string? uri, string fingerprint, string issuerKey, string spkiKey)
    {
        Uri = uri;
        Fingerprint = fingerprint;
        IssuerKey = issuerKey;
        SpkiKey = spkiKey;
    }

    /// <summary>The certificate's single URI SAN, or null if it has none.</summary>
    public string? Uri { get; }

    /// <summary>SHA-256 of the certificate, 64 lower-case hex digits.</summary>
    public string Fingerprint { get; }

    internal string IssuerKey { get; }

    internal string SpkiKey { get; }

    /// <param name="uri">The one URI SAN, or null. A certificate with two must be refused before.</param>
    /// <param name="issuer">DistinguishedName.FromDer of the certificate's raw issuer.</param>
    /// <param name="serial">Big-endian octets of the serial number.</param>
    public static CertificateFacts Create(
        string? uri,
        ReadOnlySpan<byte> certificateSha256,
        DistinguishedName issuer,
        ReadOnlySpan<byte> serial,
        ReadOnlySpan<byte> spkiSha256)
    {
        RequireHash(certificateSha256, nameof(certificateSha256));
        RequireHash(spkiSha256, nameof(spkiSha256));
        string? digits = NormalSerial(Convert.ToHexString(serial));
        return new CertificateFacts(
            uri,
            Convert.ToHexStringLower(certificateSha256),
            KeyOf(issuer, digits ?? throw new ArgumentException("a serial number has 1 to 20 octets", nameof(serial))),
            KeyOfSpki(Convert.ToHexStringLower(spkiSha256)));
    }

    /// <summary>Lower-case hex without separators and leading zeros; null if it is no serial number.</summary>
    internal static string? NormalSerial(string text)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        if (digits.Length == 0 || !digits.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        digits = digits.TrimStart('0');
        return digits.Length > PolicyLimits.SerialDigits ? null : digits.Length == 0 ? "0" : digits;
    }

    // No canonical name contains '\r' (white space is folded) and no serial anything but hex digits.
    internal static string KeyOf(DistinguishedName issuer, string serial) => $"{issuer.Canonical}\r{serial}";

    internal static string KeyOfSpki(string hex) => $"spki\r{hex}";

    private static void RequireHash(ReadOnlySpan<byte> hash, string name)
    {
        if (hash.Length != SHA256.HashSizeInBytes)
        {
            throw new ArgumentException($"a SHA-256 has 32 bytes, this one {hash.Length}", name);
        }
    }
}
