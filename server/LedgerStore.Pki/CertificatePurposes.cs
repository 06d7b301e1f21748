// The object identifiers that certificates of LedgerStore carry or are searched for. Constants (RFC 5280, 4.2.1).
using System.Security.Cryptography;

namespace LedgerStore.Pki;

/// <summary>Extended key usages and extensions by number.</summary>
public static class CertificatePurposes
{
    /// <summary>The certificate may prove a server's name.</summary>
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";

    /// <summary>The certificate may prove a client's identity.</summary>
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    /// <summary>Subject alternative name.</summary>
    public const string SubjectAltName = "2.5.29.17";

    /// <summary>Any purpose; never enough for us, because it says nothing.</summary>
    public const string AnyUsage = "2.5.29.37.0";

    internal static Oid Oid(string value) => new(value);
}
