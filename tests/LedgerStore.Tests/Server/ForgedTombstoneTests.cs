// Somebody writes into the files of a stopped server that entries have expired: nothing goes, readers and tiles get
// what is there, and the server says what it found.

using System.Net.Security;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Tests.Server;

public sealed class ForgedTombstoneTests : IAsyncLifetime
{
    private const int Size = 1_000;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.Connect("writer").AppendAsync(
            "demo", [.. Enumerable.Range(0, Size).Select(number => $"record {number}")]);
        _server = await _server.RestartAsync(Forge);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Readers_and_tiles_get_what_is_there()
    {
        Ledger ledger = _server.Store.GetLedger("demo");
        await ledger.WaitForCheckpointAsync(Size);
        List<ReadResponse> events = await _server.Connect("reader").ReadEventsAsync(
            new ReadRequest { Ledger = "demo", Limit = Size });
        Assert.DoesNotContain(events, each => each.Expired is not null || each.Unreadable is not null);
        Assert.Equal(Size, Calls.Records(events).Count);
        using SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [ServerPki.Client("reader")],
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
        };
        using HttpClient tiles = new(handler) { BaseAddress = _server.Address };
        Assert.Equal(
            ledger.TryReadEntryBundle(0, 256)!.Value.ToArray(), await tiles.GetByteArrayAsync("demo/tile/entries/000"));
        LedgerInfo info = await _server.Connect("admin").UnaryAsync(
            LedgerMethods.DescribeLedger, new DescribeLedgerRequest { Ledger = "demo" });
        Assert.Equal(0ul, info.FirstReadable);
    }

    [Fact]
    public async Task Status_and_record_say_what_was_found_and_nothing_goes()
    {
        Ledger ledger = _server.Store.GetLedger("demo");
        Status status = await _server.Connect("admin").UnaryAsync(LedgerMethods.GetStatus, new GetStatusRequest());
        Assert.Contains(
            status.Problems,
            one => one.Ledger == "demo" && one.Reason.Contains("does not count", StringComparison.Ordinal));
        await _server.Connect("admin").UnaryAsync(
            LedgerMethods.SetRetention,
            new SetRetentionRequest
            {
                Ledger = "demo",
                Retention = new Retention { ExpireAfter = new Google.Protobuf.WellKnownTypes.Duration() },
                Reason = "the law",
            });
        await ledger.ApplyRetentionAsync();
        Assert.Empty(ledger.Expired);
        while (!(await _server.ReadAuditAsync()).Exists(static one =>
            one.Finding is { Ledger: "demo" } finding
            && finding.Evidence.Contains("does not count", StringComparison.Ordinal)))
        {
            // The queue is written once a second.
            await Task.Delay(50);
        }
    }

    private static void Forge(string data)
    {
        LinuxFileSystem files = new();
        StorePaths paths = new(data);
        UInt128 store = StoreFileAccess.Load(files, paths).StoreId;
        uint id = Catalog.Open(files, paths, store, FileAccessMode.ReadOnly).Find("demo")!.Id;
        LedgerStateLog log = LedgerStateLog.Open(files, paths, store, id, FileAccessMode.ReadWrite, out _);
        log.Stage(new TombstoneRecord(0, 512, 0, 1, "age"));
        log.CommitNow();
    }
}
