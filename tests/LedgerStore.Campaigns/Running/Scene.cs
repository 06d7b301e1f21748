// A server, its load and its judge on one data directory, from the first start to the last look. Owned by a campaign,
// which brings the faults; one after the other.
using LedgerStore.Campaigns.Judging;
using LedgerStore.Campaigns.Load;
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Results;
using LedgerStore.Client;

namespace LedgerStore.Campaigns.Running;

/// <summary>Where a campaign takes place.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_listPause = TimeSpan.FromMilliseconds(50);

    private readonly Options _options;
    private readonly Setting _setting;
    private Companion? _load;
    private Companion? _judge;

    /// <param name="home">A directory of its own, for the list.</param>
    /// <param name="data">Where the store is, as the server sees it.</param>
    public Scene(Options options, ResultRow row, string home, string data, TimeSpan pause)
    {
        _options = options;
        Row = row;
        Random = new Random((int)options.Seed);
        Server = new ServerUnderTest(options.ServerDll, data);
        if (options.Planted is { } planted)
        {
            Server.Environment[PlantedBuild.Variable] = planted;
        }

        string list = Path.Combine(home, "list");
        Directory.CreateDirectory(list);
        _setting = new Setting(Server.Address, list, Server.Keys, options.Seed, pause, s_patience, MayName: false);
    }

    public ResultRow Row { get; }

    public Random Random { get; }

    public ServerUnderTest Server { get; }

    public Setting Setting => _setting;

    /// <summary>A campaign with a planted fault ends when that is found.</summary>
    public bool MustEnd => PlantedFault.IsFound(_options.Planted, Row.Verdict);

    /// <summary>The first start: ledgers are made, the load and the judge begin.</summary>
    public async Task OpenAsync()
    {
        await StartAsync("the first start");
        using (LedgerClient client = _setting.Connect("administrator"))
        {
            foreach (string ledger in Stage.LedgerNames)
            {
                await client.Admin.CreateLedgerAsync(ledger, CancellationToken.None);
            }
        }

        _load = new Companion("load", _setting);
        _judge = new Companion("judge", _setting);
        string list = Path.Combine(_setting.List, AckList.FileName);
        while (!File.Exists(list) || new FileInfo(list).Length == 0)
        {
            await Task.Delay(s_listPause);
        }
    }

    /// <summary>Starts the server, which must serve.</summary>
    public async Task<bool> StartAsync(string after)
    {
        if (await Server.StartAsync() is { } refused)
        {
            Row.Verdict.Explain(
                isWrong: false, $"after {after} the server ended with {refused}:\n    {Server.LastWords}");
            return false;
        }

        return true;
    }

    /// <summary>Kills the load and starts it again.</summary>
    public async Task RestartLoadAsync()
    {
        await _load!.KillAsync();
        _load.Dispose();
        _load = new Companion("load", _setting);
    }

    /// <summary>What the load has met since it was asked last.</summary>
    public Task<LoadReport> AskLoadAsync() => _load!.AskAsync<LoadReport>("report");

    /// <summary>The judge looks, and what it finds is in the row.</summary>
    public async Task LookAsync(bool isFull) => Row.Add(await _judge!.AskAsync<Verdict>(isFull ? "full" : "tail"));

    /// <summary>The load ends; everything that is under way must be acknowledged.</summary>
    public async Task StopLoadAsync() => Row.Add(await _load!.EndAsync<LoadReport>());

    /// <summary>No fault any more: everything that is under way must be acknowledged, and everything be there, before
    /// and after one more start.</summary>
    public async Task CloseAsync()
    {
        if (MustEnd)
        {
            return;
        }

        await StopLoadAsync();
        await LookAsync(isFull: true);
        int code = await Server.TerminateAsync();
        if (code != 0)
        {
            Row.Verdict.Explain(isWrong: false, $"the orderly end was {code}:\n    {Server.LastWords}");
        }

        if (await StartAsync("the orderly end"))
        {
            await LookAsync(isFull: true);
            await Server.TerminateAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        _load?.Dispose();
        _judge?.Dispose();
        Server.Dispose();
        return ValueTask.CompletedTask;
    }
}
