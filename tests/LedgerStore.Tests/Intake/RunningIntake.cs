// An intake in front of a whole server, both in this process: real sockets, real TLS to the store, real files. Owned by
// its test.

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Delivering;
using LedgerStore.Intake.Hosting;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Server;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LedgerStore.Tests.Intake;

internal sealed class RunningIntake : IAsyncDisposable
{
    internal const string Token = "a token of the tests";

    private readonly List<HttpClient> _clients = [];

    private RunningIntake(RunningServer store, TempFolder folder, IntakeServer intake)
    {
        Store = store;
        Folder = folder;
        Intake = intake;
    }

    internal RunningServer Store { get; }

    internal TempFolder Folder { get; }

    internal IntakeServer Intake { get; private set; }

    internal static string TokenHash =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)))}";

    /// <summary>One source called <c>app</c> on a free port of this machine, without TLS, that takes the
    /// token.</summary>
    internal static Task<RunningIntake> StartAsync(string kind, string more) => StartAsync($$"""
        sources:
          app:
            kind: {{kind}}
            ledger: demo
            listen: 127.0.0.1:0
            auth: { tokens: { tester: "{{TokenHash}}" } }
            {{more}}

        """);

    /// <summary>Sources, and whatever else the configuration is to say.</summary>
    internal static async Task<RunningIntake> StartAsync(string configuration)
    {
        RunningServer store = await RunningServer.StartAsync();
        TempFolder folder = new();
        ServerPki.WriteTo(folder.Path, "writer", "reader");
        ServerPki.WriteServerTo(folder.Path);
        return new RunningIntake(store, folder, await ServeAsync(folder, store.Address, configuration));
    }

    internal static async Task<IntakeServer> ServeAsync(TempFolder folder, Uri store, string configuration) =>
        await IntakeServer.StartAsync(
            Config(folder, store, configuration), NullLoggerFactory.Instance, TimeProvider.System);

    internal static IntakeConfig Config(TempFolder folder, Uri store, string configuration) => IntakeConfigReader.Parse(
        Encoding.UTF8.GetBytes($$"""
            state: state
            store: { address: "{{store}}", certificate: writer.pem, key: writer.key, ca: ca.pem }
            {{configuration}}
            """.ReplaceLineEndings("\n")),
        folder.File("intake.yaml"));

    /// <summary>Ends it in order, and starts it again on the same state.</summary>
    internal async Task RestartAsync(string configuration)
    {
        await Intake.DisposeAsync();
        Intake = await ServeAsync(Folder, Store.Address, configuration);
    }

    /// <summary>A client with the token.</summary>
    internal HttpClient Http() => Http("app", Token);

    internal HttpClient Http(string source, string? token)
    {
        HttpClient client = new() { BaseAddress = Intake.AddressOf(source), Timeout = TimeSpan.FromMinutes(5) };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _clients.Add(client);
        return client;
    }

    internal async Task<HttpResponseMessage> PostAsync(string body, string type)
    {
        using StringContent content = new(body, Encoding.UTF8, type);
        return await Http().PostAsync((Uri?)null, content);
    }

    internal SourceCounters Counters => Pipeline.Counters;

    internal SourcePipeline Pipeline => Intake.Status.Sources[0].Pipeline;

    /// <summary>What the ledger has, once nothing waits any more; whole events.</summary>
    internal async Task<List<IntakeRecord>> RecordsAsync()
    {
        await SettleAsync();
        return await RecordsOfAsync(Store);
    }

    /// <summary>The same of any ledger: all of it must be an intake's, and whole.</summary>
    internal static async Task<List<IntakeRecord>> RecordsOfAsync(RunningServer store)
    {
        using LedgerClient client = new(new LedgerClientOptions
        {
            Address = store.Address,
            Certificate = ServerPki.Client("reader"),
            TrustedRoots = ServerPki.Roots,
        });
        List<IntakeRecord> records = [];
        await foreach (LedgerEvent next in client.CreateReader("demo").ReadAsync(new ReadOptions { From = 0 })
            .UnpackIntake())
        {
            IntakeEvent whole = Assert.IsType<IntakeEvent>(next);
            Assert.Null(whole.Problem);
            records.Add(whole.Record!);
        }

        return records;
    }

    internal async Task<List<byte[]>> PayloadsAsync()
    {
        await SettleAsync();
        return await PayloadsOfAsync(Store);
    }

    /// <summary>Waits until nothing waits any more.</summary>
    private async Task SettleAsync()
    {
        while (Intake.Status.Sources.Any(each => each.Pipeline.Status.OutstandingRecords > 0))
        {
            await Task.Delay(5);
        }
    }

    internal static async Task<List<byte[]>> PayloadsOfAsync(RunningServer store)
    {
        List<byte[]> payloads = [];
        await foreach (EntrySlice slice in store.Store.GetLedger("demo").ReadAsync(0, long.MaxValue))
        {
            for (int at = 0; at < slice.Count; at++)
            {
                payloads.Add(slice.Record(at).ToArray());
            }
        }

        return payloads;
    }

    internal static string TextOf(IntakeRecord record) => Encoding.UTF8.GetString(record.Bytes.Span);

    public async ValueTask DisposeAsync()
    {
        foreach (HttpClient client in _clients)
        {
            client.Dispose();
        }

        await Intake.DisposeAsync();
        await Store.DisposeAsync();
        Folder.Dispose();
    }
}
