// The policy that a development server starts with: one identity for each of the four ways to use a store.
// Constants.
namespace LedgerStore.Server.Hosting;

/// <summary>policy.yaml for development.</summary>
internal static class DevPolicy
{
    public const string TrustDomain = "dev.ledgerstore.test";

    public static readonly string[] Clients = ["appender", "reader", "auditor", "administrator"];

    public const string Text = """
        # Made by `dev` for trying things out. Change it while the server runs: a valid file takes effect at once.
        version: 1
        trust_domain: dev.ledgerstore.test
        identities:
          appender:      { uri: spiffe://dev.ledgerstore.test/appender }
          reader:        { uri: spiffe://dev.ledgerstore.test/reader }
          auditor:       { uri: spiffe://dev.ledgerstore.test/auditor }
          administrator: { uri: spiffe://dev.ledgerstore.test/administrator }
        roles:
          writer:  [append]
          reader:  [read, verify]
          auditor: [verify]
          admin:   [administer]
        bindings:
          - { role: writer,  identities: [appender],      ledgers: ["*"] }
          - { role: reader,  identities: [reader],        ledgers: ["*"] }
          - { role: auditor, identities: [auditor],       ledgers: ["*"] }
          - { role: reader,  identities: [auditor],       ledgers: ["_audit"] }
          - { role: admin,   identities: [administrator], ledgers: ["*"] }

        """;
}
