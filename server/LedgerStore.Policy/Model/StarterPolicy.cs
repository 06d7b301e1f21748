// The policy that a new server starts with: one identity for each of the four ways to use a store and one for the
// guard, named as the certificates that are issued with it. Pure.
namespace LedgerStore.Policy;

/// <summary>The first policy.yaml.</summary>
public static class StarterPolicy
{
    /// <summary>The clients that it names, which need certificates.</summary>
    public static IReadOnlyList<string> Clients { get; } = ["appender", "reader", "auditor", "administrator", "guard"];

    /// <summary>The file, with <paramref name="comment"/> as its first line.</summary>
    public static string Text(string trustDomain, string comment) => $$"""
        # {{comment}}
        version: 1
        trust_domain: {{trustDomain}}
        identities:
          appender:      { uri: spiffe://{{trustDomain}}/appender }
          reader:        { uri: spiffe://{{trustDomain}}/reader }
          auditor:       { uri: spiffe://{{trustDomain}}/auditor }
          administrator: { uri: spiffe://{{trustDomain}}/administrator }
          guard:         { uri: spiffe://{{trustDomain}}/guard }
        roles:
          writer:  [append]
          reader:  [read, verify]
          auditor: [verify]
          admin:   [administer]
        bindings:
          - { role: writer,  identities: [appender],      ledgers: ["*"] }
          - { role: reader,  identities: [reader],        ledgers: ["*"] }
          - { role: auditor, identities: [auditor],       ledgers: ["*"] }
          - { role: reader,  identities: [auditor],       ledgers: ["_audit", "_alerts"] }
          - { role: admin,   identities: [administrator], ledgers: ["*", "_alerts"] }
          - { role: reader,  identities: [guard],         ledgers: ["*", "_audit", "_alerts"] }
          - { role: writer,  identities: [guard],         ledgers: ["_alerts"] }

        """;
}
