// Whoever looks at what a server left changes nothing: not a byte, a name or a time of the directory, whether the
// server runs, ended, or was killed.

using System.Security.Cryptography;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class LookOnlyTests : IAsyncLifetime
{
    private const int Records = 300;
    private readonly DevServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("ended", 0)]
    [InlineData("killed", 0)]
    [InlineData("running", 2)]
    public async Task Looking_changes_nothing(string state, int code)
    {
        LedgerCli ledger = new(_server.Profile);
        await _server.TrustAllAsync(ledger);
        string lines = string.Concat(Enumerable.Range(0, Records).Select(i => $"record {i}\n"));
        CliResult appended = await ledger.RunWithAsync(lines, "append", "demo", "--checkpoint");
        Assert.True(appended.Code == 0, appended.ToString());
        await (state switch
        {
            "ended" => _server.StopAsync(),
            "killed" => _server.KillAsync(),
            _ => Task.CompletedTask,
        });
        Dictionary<string, string> before = await RestingTreeAsync();
        CliResult read = await ledger.RunAsync("read", "demo", "--data", _server.Data, "--format", "raw");
        Assert.True(read.Code == code, read.ToString());
        Assert.Equal(code == 0 ? lines : string.Empty, read.Output);
        Assert.Equal(
            state == "killed", read.Errors.Contains("are in the journal only", StringComparison.Ordinal));
        CliResult tail = await ledger.RunAsync("tail", "demo", "-n", "1", "--data", _server.Data, "--json");
        Assert.Equal(code, tail.Code);
        CliResult audit = await ledger.RunAsync("read", "_audit", "--data", _server.Data, "--json");
        Assert.Equal(code, audit.Code);
        CliResult verified = await ledger.RunAsync("verify", "--data", _server.Data, "--anchor", Anchor());

        // What a killed server had not signed yet is counted, and nothing else is wrong with it.
        Assert.True(state == "killed" ? verified.Code is 0 or 6 : verified.Code == code, verified.ToString());
        Assert.Equal(before, await RestingTreeAsync());
    }

    private string Anchor() => Path.Combine(_server.Keys, "anchor");

    /// <summary>What a server that nobody asks anything leaves as it is.</summary>
    private async Task<Dictionary<string, string>> RestingTreeAsync()
    {
        Dictionary<string, string> last = Tree();
        for (int attempt = 0; attempt < 20; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            Dictionary<string, string> now = Tree();
            if (now.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .SequenceEqual(last.OrderBy(pair => pair.Key, StringComparer.Ordinal)))
            {
                return now;
            }

            last = now;
        }

        return last;
    }

    private Dictionary<string, string> Tree()
    {
        Dictionary<string, string> tree = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(_server.Data, "*", SearchOption.AllDirectories))
        {
            // The framework does not read what somebody else has locked; its length and time must do.
            FileInfo info = new(path);
            string content = !info.Exists ? "directory"
                : info.Name == "LOCK" ? $"{info.Length}"
                : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
            tree.Add(path, $"{info.LastWriteTimeUtc:O} {info.UnixFileMode} {content}");
        }

        return tree;
    }
}
