// The whole server on a loopback port: real store, real TLS, real policy. Owned by its test.

using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Hosting;
using LedgerStore.Server.Trust;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Tests.Server;

internal sealed class RunningServer : IAsyncDisposable
{
    private readonly string _directory;
    internal SigningKey Key { get; }

    private readonly List<LedgerChannel> _channels = [];

    private RunningServer(
        string directory, Store store, SigningKey key, ServerTrust trust, LedgerServer server)
    {
        _directory = directory;
        Key = key;
        Store = store;
        Trust = trust;
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

    /// <summary>Lines of the log at Error and above.</summary>
    internal ErrorLines Errors { get; private init; } = new();

    internal Store Store { get; }

    internal ServerTrust Trust { get; }

    internal LedgerServer Server { get; }

    internal string Data => Path.Combine(_directory, "data");

    internal ServerConfig Config => ConfigOf(_directory);

    internal Uri Address => Server.Address;

    internal static Task<RunningServer> StartAsync() => StartAsync(DefaultPolicy, static settings => settings);

    internal static Task<RunningServer> StartAsync(string policy, Func<HostSettings, HostSettings> change) =>
        StartAsync(policy, static (_, _) => { }, change);

    /// <summary>Starts a server with a ledger <c>demo</c>; the test may fill and damage the data before, and change the
    /// settings.</summary>
    internal static async Task<RunningServer> StartAsync(
        string policy, Action<ServerConfig, SigningKey> prepare, Func<HostSettings, HostSettings> change)
    {
        string path = Directory.CreateTempSubdirectory("ledgerstore-server-").FullName;
        ServerConfig config = ConfigIn(path, policy);
        SigningKey key = LogKeyFile.Load(config.SigningKey);
        prepare(config, key);
        EventQueue events = new();
        Store store = Open(config, key, events);
        store.GetOrCreateLedger("demo");
        ServerTrust trust = ServerTrust.Load(config, ServeMode.Development, TimeProvider.System);
        ErrorLines errors = new();
        HostSettings settings = change(new HostSettings
        {
            Logging = logging => logging.AddProvider(errors),
            Store = store,
            Config = config,
            Trust = trust,
            Events = events,
        });
        return new RunningServer(path, store, key, trust, await LedgerServer.StartAsync(settings)) { Errors = errors };
    }

    /// <summary>Stops, and serves the same directory for reading only.</summary>
    internal async Task<RunningServer> ReopenToReadAsync()
    {
        await Server.DisposeAsync();
        Store.Dispose();
        ServerConfig config = ConfigOf(_directory);
        Store store = Store.Open(new StoreOptions { Directory = config.Data, ReadOnly = true });
        ServerTrust trust = ServerTrust.Load(config, ServeMode.Development, TimeProvider.System);
        HostSettings settings = new() { Store = store, Config = config, Trust = trust };
        return new RunningServer(_directory, store, Key, trust, await LedgerServer.StartAsync(settings));
    }

    /// <summary>Stops, lets somebody change the data directory, and starts again.</summary>
    internal async Task<RunningServer> RestartAsync(Action<string> change)
    {
        await Server.DisposeAsync();
        Store.Dispose();
        change(Data);
        ServerConfig config = ConfigOf(_directory);
        EventQueue events = new();
        Store store = Open(config, Key, events);
        ServerTrust trust = ServerTrust.Load(config, ServeMode.Development, TimeProvider.System);
        HostSettings settings = new()
        {
            Store = store,
            Config = config,
            Trust = trust,
            Events = events,
        };
        return new RunningServer(_directory, store, Key, trust, await LedgerServer.StartAsync(settings));
    }

    /// <summary>Opens the store as the server does.</summary>
    internal static Store Open(ServerConfig config, SigningKey key, EventQueue events) => Store.Open(new()
    {
        Directory = config.Data,
        JournalBudgetBytes = 256 << 20,
        PublicName = config.PublicName,
        OnDamage = events.AddDamage,

        // A test cannot wait for the second look, a day later.
        Tiering = new TieringOptions { SecondCheckAfter = TimeSpan.Zero },
        Scrub = new ScrubOptions { OnFinding = events.AddFinding },
        Signing = new SigningOptions { Key = key, AnchorPath = config.Anchor },
    });

    /// <summary>Exchanges the policy, as an operator does, and waits until it holds.</summary>
    internal void ChangePolicy(string policy)
    {
        File.WriteAllText(Path.Combine(_directory, "policy.yaml"), policy);
        Trust.Poll();
        Trust.Poll();
    }

    /// <summary>Writes all files of a server, and its configuration.</summary>
    internal static ServerConfig ConfigIn(string path, string policy)
    {
        ServerPki.WriteServerTo(path);
        File.WriteAllText(Path.Combine(path, "policy.yaml"), policy);
        LogKeyFile.Create(Path.Combine(path, "signing.pem")).Dispose();
        return ConfigOf(path);
    }

    private static ServerConfig ConfigOf(string path)
    {
        return ServerConfig.Load(null, new Dictionary<string, string>
        {
            ["LEDGERSTORE_DATA"] = Path.Combine(path, "data"),
            ["LEDGERSTORE_LISTEN"] = "127.0.0.1:0",
            ["LEDGERSTORE_PUBLIC_NAME"] = "test.example.org",
            ["LEDGERSTORE_TLS_CERTIFICATE"] = Path.Combine(path, "server.pem"),
            ["LEDGERSTORE_TLS_KEY"] = Path.Combine(path, "server.key"),
            ["LEDGERSTORE_TLS_CLIENT_CA"] = Path.Combine(path, "ca.pem"),
            ["LEDGERSTORE_SIGNING_KEY"] = Path.Combine(path, "signing.pem"),
            ["LEDGERSTORE_ANCHOR"] = Path.Combine(path, "anchor"),
            ["LEDGERSTORE_POLICY"] = Path.Combine(path, "policy.yaml"),
            ["LEDGERSTORE_LOG_LEVEL"] = "error",
            ["LEDGERSTORE_RELOAD_INTERVAL"] = "1h",
            ["LEDGERSTORE_SHUTDOWN_TIMEOUT"] = "2s",
        });
    }

    /// <summary>A connection of its own; without a name it has no certificate.</summary>
    internal LedgerChannel Connect(string? identity)
    {
        LedgerChannel channel = new(Address, new ChannelSettings
        {
            ClientCertificate = identity is null ? null : ServerPki.Client(identity),
            TrustedRoots = ServerPki.Roots,
            ConnectTimeout = TimeSpan.FromMinutes(2), // no test fails on a time
        });
        _channels.Add(channel);
        return channel;
    }

    /// <summary>Everything that was recorded so far.</summary>
    internal Task<List<Event>> ReadAuditAsync() => ReadAuditAsync(0);

    /// <summary>The same from an entry on.</summary>
    internal async Task<List<Event>> ReadAuditAsync(long first)
    {
        List<Event> events = [];
        await foreach (EntrySlice slice in Store.GetLedger("_audit").ReadAsync(first, long.MaxValue))
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
        foreach (LedgerChannel channel in _channels)
        {
            channel.Dispose();
        }

        await Server.DisposeAsync();
        Store.Dispose();
        Key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
