// Why a certificate is nobody. The codes are stable words for the access record, metrics and error details.
namespace LedgerStore.Server.Identity;

internal enum RefusalReason
{
    /// <summary>Not refused.</summary>
    None,

    /// <summary>The client sent no certificate. The only reason that anonymous tiles may overlook.</summary>
    NoCertificate,

    /// <summary>Signed by itself.</summary>
    SelfSigned,

    /// <summary>Not from an authority of ours.</summary>
    UntrustedIssuer,

    /// <summary>The chain is broken: a signer that may not sign, a signature that is wrong.</summary>
    BrokenChain,

    Expired,

    NotYetValid,

    /// <summary>The client's certificate may sign certificates itself.</summary>
    NotAnEndEntity,

    /// <summary>No extended key usage clientAuth.</summary>
    WrongUsage,

    WeakKey,

    WeakSignature,

    /// <summary>The names in it cannot be read.</summary>
    MalformedNames,

    /// <summary>More than one URI: it would be two identities.</summary>
    SeveralUris,

    /// <summary>No URI, and its fingerprint is not in the policy. A common name is not looked at.</summary>
    NoIdentity,

    /// <summary>The URI is not of the policy's trust domain, or not in the one allowed spelling.</summary>
    WrongTrustDomain,

    /// <summary>A good URI that the policy does not name.</summary>
    UnknownIdentity,

    /// <summary>On the deny list, itself or one of its signers.</summary>
    Denied,

    /// <summary>The handshake ended before there was a certificate to look at: old TLS, garbage, hang-up.</summary>
    HandshakeFailed,

    /// <summary>The call did not come through the TLS listener: a mistake of ours, refused all the same.</summary>
    NotTls,

    /// <summary>Its address, or all together, have as many connections as they may.</summary>
    TooManyConnections,

    /// <summary>Its address, or all together, begin more handshakes than they may.</summary>
    TooManyHandshakes,

    /// <summary>It sent more than the longest chain needs before it was known.</summary>
    HandshakeTooLarge,

    /// <summary>More certificates than a chain may have.</summary>
    ChainTooLong,

    /// <summary>A browser without a session.</summary>
    NoSession,

    /// <summary>Its session was ended, or the sign-in is too old.</summary>
    SessionEnded,

    /// <summary>The policy names neither the person nor a group of theirs, or two groups.</summary>
    UnknownPerson,
}

internal static class RefusalReasons
{
    private static readonly string[] s_codes =
    [
        "", "NO_CERTIFICATE", "CERTIFICATE_SELF_SIGNED", "CERTIFICATE_UNTRUSTED_ISSUER", "CERTIFICATE_BROKEN_CHAIN",
        "CERTIFICATE_EXPIRED", "CERTIFICATE_NOT_YET_VALID", "CERTIFICATE_IS_AUTHORITY", "CERTIFICATE_WRONG_USAGE",
        "CERTIFICATE_WEAK_KEY", "CERTIFICATE_WEAK_SIGNATURE", "CERTIFICATE_MALFORMED_NAMES",
        "CERTIFICATE_SEVERAL_URIS", "CERTIFICATE_WITHOUT_IDENTITY", "IDENTITY_WRONG_TRUST_DOMAIN",
        "IDENTITY_UNKNOWN", "CERTIFICATE_DENIED", "HANDSHAKE_FAILED", "NOT_TLS", "TOO_MANY_CONNECTIONS",
        "TOO_MANY_HANDSHAKES", "HANDSHAKE_TOO_LARGE", "CERTIFICATE_CHAIN_TOO_LONG", "SESSION_MISSING",
        "SESSION_ENDED", "PERSON_UNKNOWN",
    ];

    /// <summary>The stable word; empty for None.</summary>
    public static string Code(this RefusalReason reason) => s_codes[(int)reason];
}
