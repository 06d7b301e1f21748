// A directory with everything a server needs, made by the code that operators use, for one test.
using LedgerStore.Pki;
using LedgerStore.Server.Config;

namespace LedgerStore.Tests.Configuration;

internal sealed class ConfigDirectory : IDisposable
{
    public const string PolicyText = """
        version: 1
        trust_domain: example.org
        identities:
          payments: { uri: spiffe://example.org/payments }
          auditor: { uri: spiffe://example.org/auditor }
        roles:
          writer: [append]
          reader: [read, verify]
        bindings:
          - { role: writer, identities: [payments], ledgers: ["payments.*"] }
          - { role: reader, identities: [auditor], ledgers: ["*", _audit] }
        """;

    public const string ConfigText = """
        data: data
        listen: 127.0.0.1:0
        public_name: ledger.example.org
        tls: { certificate: pki/server.pem, key: pki/server.key, client_ca: pki/ca.pem }
        signing_key: signing.pem
        anchor: anchor
        policy: policy.yaml
        """;

    public ConfigDirectory()
        : this(CertificateAuthority.Create("Example CA", TimeSpan.FromDays(100), DateTimeOffset.UtcNow))
    {
    }

    public ConfigDirectory(CertificateAuthority authority)
    {
        Authority = authority;
        Pki = PkiDirectory.Create(In("pki"), authority);
        Pki.IssueServer(["localhost", "127.0.0.1", "::1"], TimeSpan.FromDays(20), DateTimeOffset.UtcNow);
        PkiFiles.WritePrivate(In("signing.pem"), "a key");
        PkiFiles.WritePublic(In("policy.yaml"), PolicyText);
        PkiFiles.WritePublic(In("server.yaml"), ConfigText);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("ledgerstore-config-").FullName;

    public CertificateAuthority Authority { get; }

    public PkiDirectory Pki { get; }

    public string In(string path) => Path.Combine(Root, path);

    public ServerConfig Load() => Load([]);

    public ServerConfig Load(Dictionary<string, string> environment) =>
        ServerConfig.Load(In("server.yaml"), environment);

    public void Dispose()
    {
        Authority.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
