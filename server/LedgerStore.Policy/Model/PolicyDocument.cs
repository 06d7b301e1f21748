// The policy file as immutable objects. One exists only if the whole file passed every check.
// Made by PolicyReader; read by any thread.
using System.Collections.Immutable;

namespace LedgerStore.Policy;

/// <summary>A policy file that was understood and accepted.</summary>
public sealed class PolicyDocument
{
    internal PolicyDocument(string trustDomain)
    {
        TrustDomain = trustDomain;
    }

    /// <summary>SHA-256 of the file's bytes.</summary>
    public ImmutableArray<byte> Sha256 { get; internal init; } = [];

    public string TrustDomain { get; }

    public ImmutableArray<PolicyIdentity> Identities { get; internal init; } = [];

    public ImmutableArray<PolicyRole> Roles { get; internal init; } = [];

    public ImmutableArray<PolicyBinding> Bindings { get; internal init; } = [];

    public ImmutableArray<DenyRule> Deny { get; internal init; } = [];

    public ImmutableArray<LedgerPattern> AnonymousTiles { get; internal init; } = [];
}

/// <summary>Somebody with a certificate, known by its URI or by its fingerprint; or a person who signs in at a page.
/// Exactly one of the three.</summary>
/// <param name="Uri">spiffe://trust-domain/path, or null.</param>
/// <param name="Fingerprint">SHA-256 of the certificate, 64 lower-case hex digits, or null.</param>
public sealed record PolicyIdentity(string Name, string? Uri, string? Fingerprint, SourcePosition At)
{
    /// <summary>A person, or a group of them; null for those with a certificate.</summary>
    public OidcRule? Oidc { get; init; }

    /// <summary>What entries carry as appender: the URI, or the name that survives a certificate's renewal.</summary>
    public string Appender => Uri ?? Name;

    /// <summary>For people: how it is recognised.</summary>
    public string Recognised => Oidc is not null ? $"oidc {Oidc}"
        : Uri is null ? $"fingerprint sha256:{Fingerprint}" : $"uri {Uri}";
}

/// <summary>A named set of capabilities.</summary>
public sealed record PolicyRole(string Name, CapabilitySet Capabilities, SourcePosition At);

/// <summary>Gives a role to identities on ledgers.</summary>
/// <param name="Number">Counted from 1 in the order of the file.</param>
public sealed record PolicyBinding(
    int Number,
    PolicyRole Role,
    ImmutableArray<PolicyIdentity> Identities,
    ImmutableArray<LedgerPattern> Ledgers,
    Quota Quota,
    SourcePosition At)
{
    /// <summary>How persons must have signed in for this binding to be of use to them; null: as the server asks of all.
    /// </summary>
    public SignInDemand? SignIn { get; init; }
}

/// <summary>A certificate that is refused whatever else holds: by issuer and serial, or by its public key.</summary>
/// <param name="Issuer">As the file writes it, for people; null for a key.</param>
/// <param name="Key">The form that is compared (CertificateFacts).</param>
public sealed record DenyRule(string? Issuer, string? Serial, string? Spki, string Key, SourcePosition At)
{
    public override string ToString() =>
        Spki is null ? $"issuer {Quoted.Text(Issuer!)} serial {Serial}" : $"spki sha256:{Spki}";
}
