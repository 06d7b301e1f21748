// The ledger in memory on a loopback port, and a client of it.
// Owned by its test.

using LedgerStore.Client;
using LedgerStore.Tests.Grpc;

namespace LedgerStore.Tests.Client;

internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TestServer _server;

    private FakeServer(TestServer server, FakeLedger ledger)
    {
        _server = server;
        Ledger = ledger;
        Client = Connect();
    }

    internal FakeLedger Ledger { get; }

    internal LedgerClient Client { get; }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        Ledger.Dispose();
    }

    internal static async Task<FakeServer> StartAsync()
    {
        FakeLedger ledger = new();
        return new(await TestServer.StartAsync(isTls: false, ledger.Register), ledger);
    }

    internal Uri Address => _server.Address;

    internal LedgerClient Connect() => Connect(_server.Address);

    internal static LedgerClient Connect(Uri address) => new(new LedgerClientOptions
    {
        Address = address,
        AllowPlaintext = true,
        CallTimeout = TimeSpan.FromSeconds(20),
    });

    internal Appender Appender(AppenderOptions options) => Client.CreateAppender("demo", options);
}
