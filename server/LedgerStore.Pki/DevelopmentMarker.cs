// What tells a development authority and all it signs from real ones: an extension that nothing but our check reads.
// Pure functions.
//
//   extension 2.25.300511344376980110135066050412929856216 (a UUID as number, X.667), not critical, value ASN.1 NULL
//
// The subject says "development only" too, for people; only the extension is checked, because a name can be copied.
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

/// <summary>Marks certificates that a server in earnest refuses.</summary>
public static class DevelopmentMarker
{
    /// <summary>The extension's number.</summary>
    public const string Oid = "2.25.300511344376980110135066050412929856216";

    /// <summary>The organisational unit in the subject of a development authority.</summary>
    public const string Unit = "development only";

    /// <summary>True if the certificate was made for development.</summary>
    public static bool IsOn(X509Certificate2 certificate)
    {
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == Oid)
            {
                return true;
            }
        }

        return false;
    }

    internal static X509Extension Extension() => new(CertificatePurposes.Oid(Oid), [0x05, 0x00], critical: false);
}
