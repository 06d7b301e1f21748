// From a good certificate, or a session, to an identity of the policy. Pure functions.
using LedgerStore.Policy;
using LedgerStore.Server.Trust;

namespace LedgerStore.Server.Identity;

internal static class PolicyIdentification
{
    /// <summary>Who the policy says this is. A former caller that is still the same is kept.</summary>
    public static IdentityDecision Decide(
        ClientCertificate certificate, TrustSnapshot snapshot, CallerIdentity? former)
    {
        CompiledPolicy policy = snapshot.Policy;
        if (DenialOf(certificate, policy) is { } rule)
        {
            return IdentityDecision.Refuse(RefusalReason.Denied, DeniedBy(rule), snapshot.Generation);
        }

        Identification known = policy.Identify(certificate.Facts);
        if (known.Identity is not { } identity)
        {
            return IdentityDecision.Refuse(
                ReasonOf(certificate.Facts.Uri, policy.Document.TrustDomain), known.Reason, snapshot.Generation);
        }

        bool isSame = former is not null && former.Policy == identity
            && ReferenceEquals(former.Certificate, certificate);
        return IdentityDecision.Accept(
            isSame ? former! : new CallerIdentity(identity, identity.Appender, certificate), snapshot.Generation);
    }

    /// <summary>Who the policy says this person is.</summary>
    public static IdentityDecision Decide(
        SignIn? signIn, TrustSnapshot snapshot, DateTimeOffset now, CallerIdentity? former)
    {
        if (signIn is null)
        {
            return IdentityDecision.Refuse(
                RefusalReason.NoSession, "this browser has no session", snapshot.Generation);
        }

        if (signIn.IsOver || now > signIn.ValidUntil)
        {
            string why = signIn.IsOver ? "the session was ended" : "the sign-in is too old";
            return IdentityDecision.Refuse(RefusalReason.SessionEnded, why, snapshot.Generation);
        }

        Identification known = snapshot.Policy.IdentifyPerson(signIn.Issuer, signIn.Subject, signIn.Groups);
        if (known.Identity is not { } identity)
        {
            return IdentityDecision.Refuse(RefusalReason.UnknownPerson, known.Reason, snapshot.Generation);
        }

        return IdentityDecision.Accept(
            former is not null && former.Policy == identity
                ? former
                : new CallerIdentity(identity, identity.Appender, null) { SignIn = signIn },
            snapshot.Generation);
    }

    /// <summary>The rule that denies the certificate or one of its signers, or null.</summary>
    public static DenyRule? DenialOf(ClientCertificate certificate, CompiledPolicy policy)
    {
        DenyRule? rule = policy.DenialOf(certificate.Facts);
        foreach (CertificateFacts signer in certificate.Signers)
        {
            rule ??= policy.DenialOf(signer);
        }

        return rule;
    }

    public static string DeniedBy(DenyRule rule) => $"the policy denies it in line {rule.At.Line}: {rule}";

    private static RefusalReason ReasonOf(string? uri, string trustDomain) =>
        uri is null ? RefusalReason.NoIdentity
        : SpiffeId.Problem(uri, trustDomain).Length > 0 ? RefusalReason.WrongTrustDomain
        : RefusalReason.UnknownIdentity;
}
