// Reads the subject alternative names of a certificate from their DER (RFC 5280, 4.2.1.6), because the framework shows
// DNS names and addresses only, and an identity hangs on the URIs. Pure functions.
//
//   GeneralNames ::= SEQUENCE OF CHOICE { [2] dNSName IA5, [6] uniformResourceIdentifier IA5, [7] iPAddress, others }
using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

/// <summary>The names in a certificate.</summary>
public sealed record CertificateNames(
    ImmutableArray<string> Uris, ImmutableArray<string> DnsNames, ImmutableArray<IPAddress> Addresses)
{
    private const int DnsTag = 2;
    private const int UriTag = 6;
    private const int AddressTag = 7;

    /// <summary>All names as text.</summary>
    public ImmutableArray<string> All => [.. Uris, .. DnsNames, .. Addresses.Select(a => a.ToString())];

    /// <summary>The names; empty lists if there are none; null if they are not well-formed or come twice.</summary>
    public static CertificateNames? Read(X509Certificate2 certificate)
    {
        X509Extension? found = null;
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == CertificatePurposes.SubjectAltName)
            {
                if (found is not null)
                {
                    return null;
                }

                found = extension;
            }
        }

        return found is null ? new CertificateNames([], [], []) : Parse(found.RawData);
    }

    /// <summary>True if an extended key usage names the purpose itself; "any" and a missing list do not.</summary>
    public static bool HasUsage(X509Certificate2 certificate, string purpose)
    {
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension is X509EnhancedKeyUsageExtension usages)
            {
                foreach (Oid usage in usages.EnhancedKeyUsages)
                {
                    if (usage.Value == purpose)
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    internal static CertificateNames? Parse(ReadOnlyMemory<byte> der)
    {
        List<string> uris = [], names = [];
        List<IPAddress> addresses = [];
        try
        {
            AsnReader outer = new(der, AsnEncodingRules.DER);
            AsnReader sequence = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            while (sequence.HasData)
            {
                Asn1Tag tag = sequence.PeekTag();
                switch (tag.TagClass == TagClass.ContextSpecific ? tag.TagValue : -1)
                {
                    case UriTag:
                        uris.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case DnsTag:
                        names.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case AddressTag:
                        addresses.Add(new IPAddress(sequence.ReadOctetString(tag)));
                        break;
                    default:
                        sequence.ReadEncodedValue();
                        break;
                }
            }
        }
        catch (Exception error) when (error is AsnContentException or ArgumentException)
        {
            return null;
        }

        return new CertificateNames([.. uris], [.. names], [.. addresses]);
    }
}
