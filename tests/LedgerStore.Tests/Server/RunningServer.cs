// The whole server on a loopback port: real store, real TLS, real policy. Owned by its test.

using System.Net;
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Hosting;
using LedgerStore.Server.Rights;

namespace LedgerStore.Tests.Server;

internal sealed class RunningServer : IAsyncDisposable
{
    private readonly string directory;
    private readonly List<RpcChannel> channels = [];

    private RunningServer(string directory, Store store, PolicyInForce policy, LedgerServer server)
    {
        this.directory = directory;
        Store = store;
        Policy = policy;
        Server = server;
    }

    /// <summary>One identity for each capability, on ledgers of their own, and one that may nothing.</summary>
    internal const string DefaultPolicy = """
        version: 1
        trust_domain: example.org
        identities:
          writer:  { uri: spiffe://example.org/writer }
          reader:  { uri: spiffe://example.org/reader }
          auditor: { uri: spiffe://example.org/auditor }
          admin:   { uri: spiffe://example.org/admin }
          idle:    { uri: spiffe://example.org/idle }
        roles:
          write:  [append]
          read:   [read]
          verify: [verify]
          admin:  [administer]
        bindings:
          - { role: write,  identities: [writer],  ledgers: ["*"] }
          - { role: read,   identities: [reader],  ledgers: ["*", "_audit"] }
          - { role: verify, identities: [auditor], ledgers: ["*", "_audit"] }
          - { role: admin,  identities: [admin],   ledgers: ["*"] }

        """;

    internal Store Store { get; }

    internal PolicyInForce Policy { get; }

    internal LedgerServer Server { get; }

    internal Uri Address => Server.Address;

    internal static CompiledPolicy Compile(string yaml)
    {
        PolicyParseResult result = PolicyDocument.Parse(Encoding.UTF8.GetBytes(yaml));
        return CompiledPolicy.Compile(
            result.Policy ?? throw new InvalidOperationException(string.Join('\n', result.Errors)));
    }

    internal static Task<RunningServer> StartAsync() => StartAsync(DefaultPolicy, static settings => settings);

    /// <summary>Starts a server with a ledger <c>demo</c>; the test may change its settings.</summary>
    internal static async Task<RunningServer> StartAsync(string policyYaml, Func<HostSettings, HostSettings> change)
    {
        string path = Directory.CreateTempSubdirectory("ledgerstore-server-").FullName;
        Store store = Store.Open(
            new StoreOptions { Directory = Path.Combine(path, "data"), JournalBudgetBytes = 256 << 20 });
        store.GetOrCreateLedger("demo");
        PolicyInForce policy = new(Compile(policyYaml), TimeProvider.System);
        ThinIdentity identity = new(ServerPki.Server, ServerPki.Roots, policy, TimeProvider.System);
        HostSettings settings = change(new HostSettings
        {
            Store = store,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Policy = policy,
            UseTls = identity.UseTls,
            Identify = identity.Identify,
            ShutdownTimeout = TimeSpan.FromSeconds(2),
        });
        return new RunningServer(path, store, policy, await LedgerServer.StartAsync(settings));
    }

    /// <summary>A connection of its own; without a name it has no certificate.</summary>
    internal RpcChannel Connect(string? identity)
    {
        RpcChannel channel = new(Address, new RpcChannelOptions
        {
            ClientCertificate = identity is null ? null : ServerPki.Client(identity),
            TrustedRoots = ServerPki.Roots,
        });
        channels.Add(channel);
        return channel;
    }

    /// <summary>Everything that was recorded so far.</summary>
    internal async Task<List<Event>> ReadAuditAsync()
    {
        List<Event> events = [];
        await foreach (EntrySlice slice in Store.GetLedger("_audit").ReadAsync(0, long.MaxValue))
        {
            for (int at = 0; at < slice.Count; at++)
            {
                events.Add(Event.Parser.ParseFrom(slice.Record(at)));
            }
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RpcChannel channel in channels)
        {
            channel.Dispose();
        }

        await Server.DisposeAsync();
        Store.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}
