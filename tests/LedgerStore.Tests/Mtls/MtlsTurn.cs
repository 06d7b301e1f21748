// What can happen to a client while its connection is open, by exchanging a file or by time passing. For one test.
using LedgerStore.Pki;

namespace LedgerStore.Tests.Mtls;

/// <param name="Text">For the document.</param>
/// <param name="Offer">With what the client connects; it is good then.</param>
/// <param name="Apply">Makes it what the row says.</param>
internal sealed record MtlsTurn(string Text, Func<MtlsPki, MtlsOffer> Offer, Action<MtlsServer, MtlsOffer> Apply)
{
    public static readonly MtlsTurn Expires = new(
        "it expires", Usual, (server, _) => server.Time.Move(TimeSpan.FromDays(6)));

    public static readonly MtlsTurn AuthorityTakenOut = new(
        "its authority is taken out", Usual, (server, _) => server.WriteAuthorities(server.Pki.OtherRoot));

    public static readonly MtlsTurn TakenOutOfPolicy = new(
        "its identity is taken out of the policy", Usual, (server, _) => PkiFiles.WritePublic(
            server.File("policy.yaml"),
            server.Pki.Policy("", "").Replace("org/payments", "org/renamed", StringComparison.Ordinal)));

    public static readonly MtlsTurn SerialDenied = new("it is denied", Usual, (server, offer) => server.WritePolicy(
        $"  - {{ issuer: \"CN=Example Root\", serial: \"{offer.Certificate!.SerialNumber}\" }}", ""));

    public static readonly MtlsTurn KeyDenied = new("its key is denied", Usual, (server, offer) => server.WritePolicy(
        $"  - {{ spki: \"{MtlsPki.KeyFingerprint(offer.Certificate!)}\" }}", ""));

    public static readonly MtlsTurn AuthorityDenied = new(
        "its authority's key is denied",
        p => new(new CertificateSpec().Make(p.Intermediate), p.Intermediate),
        (server, offer) => server.WritePolicy(
            $"  - {{ spki: \"{MtlsPki.KeyFingerprint(offer.Others[0])}\" }}", ""));

    private static MtlsOffer Usual(MtlsPki pki) => new(new CertificateSpec().Make(pki.Root));
}
