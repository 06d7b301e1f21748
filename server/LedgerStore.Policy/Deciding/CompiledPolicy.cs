// A policy made ready for the hot path: who is this certificate, is it denied, may they do this on that ledger.
// Immutable but for its cache; any thread. A reload makes a new one and swaps it.
using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace LedgerStore.Policy;

/// <summary>Answers questions about an accepted policy. Deny by default; there is no superuser.</summary>
public sealed class CompiledPolicy
{
    private static readonly Decision s_unknownIdentity = new("the policy does not know this identity");
    private static readonly Decision s_noLedgerName = new("this is no ledger name");

    private readonly FrozenDictionary<string, IdentityRules> _identities;
    private readonly FrozenDictionary<string, PolicyIdentity> _byUri;
    private readonly FrozenDictionary<string, PolicyIdentity> _byFingerprint;
    private readonly FrozenDictionary<string, PolicyIdentity> _byOidc;
    private readonly FrozenDictionary<string, DenyRule> _denied;
    private readonly DecisionCache _cache = new();

    private CompiledPolicy(PolicyDocument document)
    {
        Document = document;
        _identities = CompileRules(document);
        _byUri = document.Identities.Where(i => i.Uri is not null).ToFrozenDictionary(i => i.Uri!);
        _byFingerprint = document.Identities.Where(i => i.Fingerprint is not null)
            .ToFrozenDictionary(i => i.Fingerprint!);
        _byOidc = document.Identities.Where(i => i.Oidc is not null).ToFrozenDictionary(i => i.Oidc!.Key);
        _denied = document.Deny.DistinctBy(d => d.Key).ToFrozenDictionary(d => d.Key);
        QuotaSlots = document.Bindings.Sum(b => b.Identities.Length);
    }

    public PolicyDocument Document { get; }

    /// <summary>True if some ledger may be verified without a certificate.</summary>
    public bool HasAnonymousTiles => Document.AnonymousTiles.Length > 0;

    /// <summary>How many meters the policy needs: one for each identity of each binding.</summary>
    internal int QuotaSlots { get; }

    public static CompiledPolicy Compile(PolicyDocument document) => new(document);

    /// <summary>May this identity do this on this ledger? Allocates nothing when the pair was asked before.</summary>
    public Decision Decide(string identityName, Capability capability, string ledgerName)
    {
        if (!_identities.TryGetValue(identityName, out IdentityRules? rules))
        {
            return s_unknownIdentity;
        }

        LedgerDecisions? decisions = _cache.Find(rules, ledgerName);
        return decisions is not null ? decisions.Of(capability) : DecideSlow(rules, capability, ledgerName);
    }

    /// <summary>All that the identity may do on the ledger; the catalog shows the ledger if it is not empty.</summary>
    public CapabilitySet CapabilitiesOn(string identityName, string ledgerName) =>
        _identities.TryGetValue(identityName, out IdentityRules? rules)
            ? (_cache.Find(rules, ledgerName) ?? EvaluateSlow(rules, ledgerName))?.Granted ?? CapabilitySet.None
            : CapabilitySet.None;

    /// <summary>May it make a store-wide call that needs the capability? Only a binding on "*" says yes.</summary>
    public Decision DecideStoreWide(string identityName, Capability capability) =>
        _identities.TryGetValue(identityName, out IdentityRules? rules)
            ? rules.StoreWide(capability)
            : s_unknownIdentity;

    /// <summary>May hash tiles and checkpoints of the ledger be fetched without a certificate?</summary>
    public bool AllowsAnonymousTiles(string ledgerName)
    {
        if (Names.IsName(ledgerName))
        {
            foreach (LedgerPattern pattern in Document.AnonymousTiles)
            {
                if (pattern.MatchesName(ledgerName))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Who is this? By the certificate's one URI SAN or by its fingerprint; never by its subject.</summary>
    public Identification Identify(CertificateFacts certificate) =>
        Identify(certificate.Uri, certificate.Fingerprint);

    /// <summary>The same from a URI SAN and the SHA-256 of the certificate.</summary>
    public Identification Identify(string? uriSan, ReadOnlySpan<byte> certificateSha256) =>
        Identify(uriSan, Convert.ToHexStringLower(certificateSha256));

    /// <summary>Who is this person? By the subject, or by the one group of theirs that the policy names. A certificate
    /// is never found here, and a person never by a certificate.</summary>
    public Identification IdentifyPerson(string issuer, string subject, IReadOnlyCollection<string> groups)
    {
        if (_byOidc.GetValueOrDefault(OidcRule.KeyOf(issuer, 's', subject)) is { } person)
        {
            return new(person, $"subject in line {person.At.Line}");
        }

        PolicyIdentity[] found =
        [
            .. groups.Distinct(StringComparer.Ordinal)
                .Select(group => _byOidc.GetValueOrDefault(OidcRule.KeyOf(issuer, 'g', group)))
                .OfType<PolicyIdentity>()
                .Order(Comparer<PolicyIdentity>.Create((left, right) => left.At.CompareTo(right.At))),
        ];
        return found switch
        {
            [var one] => new(one, $"group in line {one.At.Line}"),
            [] => new(null, "the policy names neither this subject nor a group of theirs"),
            [var one, var other, ..] => new(null,
                $"the policy names two groups of theirs, {one.Name} and {other.Name}; name the subject as well"),
        };
    }

    /// <summary>Is this certificate on the deny list? Allocates nothing; meant for every call.</summary>
    public bool IsDenied(CertificateFacts certificate) =>
        _denied.Count > 0 && (_denied.ContainsKey(certificate.IssuerKey) || _denied.ContainsKey(certificate.SpkiKey));

    /// <summary>The same from the parts of a certificate.</summary>
    public bool IsDenied(DistinguishedName issuer, ReadOnlySpan<byte> serial, ReadOnlySpan<byte> spkiSha256) =>
        IsDenied(CertificateFacts.Create(null, spkiSha256, issuer, serial, spkiSha256));

    /// <summary>The rule that denies the certificate, for the access record; null if none does.</summary>
    public DenyRule? DenialOf(CertificateFacts certificate) =>
        _denied.GetValueOrDefault(certificate.IssuerKey) ?? _denied.GetValueOrDefault(certificate.SpkiKey);

    internal IdentityRules? RulesOf(string identityName) => _identities.GetValueOrDefault(identityName);

    private Identification Identify(string? uri, string fingerprint)
    {
        PolicyIdentity? named = uri is null ? null : _byUri.GetValueOrDefault(uri);
        PolicyIdentity? listed = _byFingerprint.GetValueOrDefault(fingerprint);
        return (named, listed) switch
        {
            ({ } one, { } other) => new(null,
                $"the certificate is both {one.Name} by its URI and {other.Name} by its fingerprint"),
            ({ } one, null) => new(one, $"uri in line {one.At.Line}"),
            (null, { } other) => new(other, $"fingerprint in line {other.At.Line}"),
            _ when uri is null => new(null, "the certificate has no URI SAN, and its fingerprint is not in the policy"),
            _ => new(null, UnknownUri(uri)),
        };
    }

    private string UnknownUri(string uri)
    {
        string problem = SpiffeId.Problem(uri, Document.TrustDomain);
        return problem.Length > 0 ? problem : $"{Quoted.Text(uri)} is not in the policy";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Decision DecideSlow(IdentityRules rules, Capability capability, string ledgerName) =>
        !Names.IsLedger(ledgerName) ? s_noLedgerName
            : EvaluateSlow(rules, ledgerName)?.Of(capability) ?? rules.Denied(capability);

    // What nothing matches is not remembered: a flood of made-up names must not push out what is in use.
    private LedgerDecisions? EvaluateSlow(IdentityRules rules, string ledgerName)
    {
        LedgerDecisions? decisions = Names.IsLedger(ledgerName) ? rules.Evaluate(ledgerName) : null;
        if (decisions is not null)
        {
            _cache.Remember(decisions);
        }

        return decisions;
    }

    private static FrozenDictionary<string, IdentityRules> CompileRules(PolicyDocument document)
    {
        Dictionary<string, List<PolicyBinding>> bindings =
            document.Identities.ToDictionary(i => i.Name, _ => new List<PolicyBinding>());
        foreach (PolicyBinding binding in document.Bindings)
        {
            foreach (PolicyIdentity identity in binding.Identities)
            {
                bindings[identity.Name].Add(binding);
            }
        }

        Dictionary<string, IdentityRules> rules = [];
        int slot = 0;
        foreach (PolicyIdentity identity in document.Identities)
        {
            PolicyBinding[] own = [.. bindings[identity.Name]];
            int salt = unchecked((rules.Count + 1) * (int)0x9E3779B1) >>> 4;
            rules.Add(identity.Name, new IdentityRules(identity, own, slot, salt));
            slot += own.Length;
        }

        return rules.ToFrozenDictionary();
    }
}
