// `serve` in earnest, as a process: a configuration file, certificates of a real authority, an orderly end, and what a
// start says about a policy that was changed meanwhile.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Pki;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class ServeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-serve-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Sigterm_drains_flushes_signs_a_last_checkpoint_and_exits_with_zero()
    {
        string configuration = WriteServer(CertificateAuthority.Create(
            "Example CA", CertificateAuthority.AuthorityValidity, DateTimeOffset.UtcNow));
        using (ServerProcess server = ServerProcess.Serving(configuration, In("pki")))
        {
            await server.StartAsync();
            using LedgerChannel writer = server.Connect("writer");
            await writer.AppendAsync("app", "a", "b", "c");
            using LedgerChannel reader = server.Connect("reader");
            using ResponseStream<ReadResponse> follow = reader.ServerStream(
                LedgerMethods.Read, new ReadRequest { Ledger = "app", Follow = true }, default);
            do
            {
                Assert.True(await follow.Responses.ReadAsync());
            }
            while (follow.Responses.Current.CaughtUp is null);

            Assert.Equal(0, await server.TerminateAsync());
            RpcException ended = await Calls.RefusalOfAsync(async () => await follow.Responses.ReadAsync());
            Assert.Equal((StatusCode.Unavailable, "SHUTTING_DOWN"), (ended.Code, ended.Info!.Reason));
        }

        using Store store = Store.Open(new StoreOptions { Directory = In("data"), PublicName = "ledger.example.org" });
        foreach (string name in store.LedgerNames)
        {
            Ledger ledger = store.GetLedger(name);
            Assert.Equal((name, ledger.Size), (name, ledger.Checkpoint!.Size));
        }

        Event last = (await EventsAsync(store))[^1];
        Assert.Equal("stop", last.Lifecycle?.Change);
    }

    [Fact]
    public async Task A_policy_that_changed_while_the_server_was_down_is_recorded_and_alerted_at_start()
    {
        string configuration = WriteServer(CertificateAuthority.Create(
            "Example CA", CertificateAuthority.AuthorityValidity, DateTimeOffset.UtcNow));
        using (ServerProcess server = ServerProcess.Serving(configuration, In("pki")))
        {
            await server.StartAsync();
            Assert.Equal(0, await server.TerminateAsync());
        }

        string text = await File.ReadAllTextAsync(In("policy.yaml"));
        await File.WriteAllTextAsync(In("policy.yaml"), text.Replace("write: [append]", "write: [append, read]"));
        using (ServerProcess server = ServerProcess.Serving(configuration, In("pki")))
        {
            await server.StartAsync();
            Assert.Equal(0, await server.TerminateAsync());
            Assert.Contains("the policy was changed while the server was down", (await server.EndAsync()).Errors);
        }

        using Store store = Store.Open(new StoreOptions { Directory = In("data"), PublicName = "ledger.example.org" });
        PolicyChange[] changes = [.. (await EventsAsync(store)).Select(each => each.Policy)
            .Where(change => change is not null)];
        Assert.Equal([false, true], changes.Select(change => change.WhileDown));
        Assert.Contains("+ writer read on \"*\"", changes[1].Difference);
    }

    [Fact]
    public async Task A_development_authority_is_refused_with_two()
    {
        string configuration = WriteServer(CertificateAuthority.CreateDevelopment(DateTimeOffset.UtcNow));
        (int code, _, string errors) = await ServerProcess.RunAsync("serve", "--config", configuration);
        Assert.Equal(2, code);
        Assert.Contains("development", errors);
    }

    private static async Task<List<Event>> EventsAsync(Store store)
    {
        List<Event> events = [];
        await foreach (EntrySlice slice in store.GetLedger("_audit").ReadAsync(0, long.MaxValue))
        {
            for (int at = 0; at < slice.Count; at++)
            {
                events.Add(Event.Parser.ParseFrom(slice.Record(at)));
            }
        }

        return events;
    }

    private string In(string name) => Path.Combine(_directory, name);

    // What `ledger init` writes, in short: certificates, signing key, policy, server.yaml, and a ledger.
    private string WriteServer(CertificateAuthority authority)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        PkiDirectory pki = PkiDirectory.Create(In("pki"), authority);
        TimeSpan validity = TimeSpan.FromDays(2);
        pki.IssueServer(DevelopmentPki.ServerNames, validity, now);
        pki.IssueClient("example.org", "writer", validity, now);
        pki.IssueClient("example.org", "reader", validity, now);
        LogKeyFile.Create(In("signing.pem")).Dispose();
        PkiFiles.WritePublic(In("policy.yaml"), """
            version: 1
            trust_domain: example.org
            identities:
              writer: { uri: spiffe://example.org/writer }
              reader: { uri: spiffe://example.org/reader }
            roles:
              write: [append]
              read: [read, verify]
            bindings:
              - { role: write, identities: [writer], ledgers: ["*"] }
              - { role: read, identities: [reader], ledgers: ["*", "_audit"] }

            """);
        PkiFiles.WritePublic(In("server.yaml"), $"""
            data: {In("data")}
            listen: 127.0.0.1:0
            public_name: ledger.example.org
            tls:
              certificate: {pki.ServerCertificateFile}
              key: {pki.ServerKeyFile}
              client_ca: {pki.AuthorityFile}
            signing_key: {In("signing.pem")}
            anchor: {In("anchor")}
            policy: {In("policy.yaml")}
            journal: {"{ budget: 256MiB }"}
            log: {"{ level: warning, format: text }"}

            """);
        using Store store = Store.Open(new StoreOptions { Directory = In("data"), PublicName = "ledger.example.org" });
        store.CreateLedger("app");
        return In("server.yaml");
    }
}
