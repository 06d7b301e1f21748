// Every shell block of the documents is run, or says why not. The pages behind the README are walked with `ledger` and
// the server on the PATH, a directory of their own, and what the page says that its reader has.

using LedgerStore.Tests.Gates;
using LedgerStore.WebPage;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class DocumentWalkTests : IAsyncLifetime
{
    private readonly DevServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Every_shell_block_is_run_or_says_why_not()
    {
        ShellBlock[] blocks = [.. ShellBlocks.Pages().SelectMany(ShellBlocks.Of)];
        Assert.DoesNotContain(
            blocks, block => !block.IsRun && !block.Comment.StartsWith("not run: ", StringComparison.Ordinal));

        // A page with blocks that are run is walked by one of these tests.
        string[] walked =
        [
            "README.md", "docs/APPLICATIONS.md", "docs/CONSOLE.md", "docs/GUARD.md", "docs/OPERATIONS.md",
            "docs/SEARCH.md", "docs/VERIFIERS.md",
        ];
        Assert.Equal(walked, blocks.Where(block => block.IsRun).Select(block => block.Page).Distinct()
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task For_applications()
    {
        string output = await WalkAsync("docs/APPLICATIONS.md", [], _server.Profile, script => script);
        Assert.Contains("appended 2 entries, 2 to 3", output, StringComparison.Ordinal);
        Assert.Contains("{\"index\":2,", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_the_console()
    {
        const string Assets = "client/LedgerStore.Page/Assets";
        string output = await WalkAsync("docs/CONSOLE.md", [], _server.Profile, script => script.Replace(
            Assets, Path.Combine(SourceTree.Root, Assets), StringComparison.Ordinal));
        Assert.Contains(PageAssets.Embedded.Sha256, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_search()
    {
        LedgerCli ledger = new(_server.Profile);
        await ledger.RunAsync("trust", "add", _server.Vkey);
        string output = await WalkAsync("docs/SEARCH.md", [], _server.Profile, script => script);
        Assert.Contains("who=anna  what=invoice.delete  outcome=failure", output, StringComparison.Ordinal);
        Assert.Contains("{\"index\":1,", output, StringComparison.Ordinal);
        Assert.Contains("each proven against a signed checkpoint", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_those_who_are_told()
    {
        LedgerCli ledger = new(_server.Profile);
        CliResult created = await ledger.RunAsync("create", "_alerts");
        Assert.True(created.Code == 0, created.ToString());
        string vkeys = Path.Combine(Directory.CreateDirectory(Path.Combine(_server.Root, "walk")).FullName, "vkeys");
        await File.WriteAllTextAsync(vkeys, await _server.VkeysAsync(ledger));
        string output = await WalkAsync("docs/GUARD.md", [], _server.Profile, script => script.Replace(
            "ledger create _alerts\n", "", StringComparison.Ordinal));
        Assert.Contains("refunds: eve made 3 refunds within 5m", output, StringComparison.Ordinal);
        Assert.Contains(" would have fired, over ", output, StringComparison.Ordinal);
        Assert.Contains("verified: evidence/demo-2.tlog-proof", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_verifiers()
    {
        LedgerCli ledger = new(_server.Profile);
        string vkeys = Path.Combine(_server.Root, "vkeys");
        await File.WriteAllTextAsync(vkeys, await _server.VkeysAsync(ledger));
        await ledger.RunAsync("append", "demo", "one", "two", "three", "--checkpoint", "--vkey", _server.Vkey);

        // A directory that no server has open: the one of a second server, which is the first one's successor.
        await _server.StopAsync();
        string copy = Path.Combine(_server.Root, "copy");
        CopyFiles(_server.Data, copy);
        await _server.StartAsync();
        string output = await WalkAsync(
            "docs/VERIFIERS.md", new() { ["vkey"] = _server.Vkey, ["vkeys"] = vkeys, ["data"] = copy }, _server.Profile,
            script => script);
        Assert.Equal(8, output.Split("\nverified: ").Length - 1);
    }

    [Fact]
    public async Task For_operators()
    {
        // Port 7443 may be taken here.
        const string Init = "--host localhost";
        string output = await WalkAsync("docs/OPERATIONS.md", [], profile: null, script =>
        {
            Assert.Contains(Init, script, StringComparison.Ordinal);
            return script.Replace(Init, $"{Init} --port {Ports.Free()}", StringComparison.Ordinal);
        });
        Assert.Contains("everything is as it was signed", output, StringComparison.Ordinal);
        Assert.Contains("rotated: ", output, StringComparison.Ordinal);
        Assert.Contains("0 repaired, 0 left", output, StringComparison.Ordinal);
    }

    private async Task<string> WalkAsync(
        string page, Dictionary<string, string?> given, string? profile, Func<string, string> adapt)
    {
        string home = Directory.CreateDirectory(Path.Combine(_server.Root, "walk")).FullName;
        string programs = Directory.CreateDirectory(Path.Combine(_server.Root, "programs")).FullName;
        await WriteProgramAsync(programs, "ledger", "ledger.dll");
        await WriteProgramAsync(programs, "LedgerStore.Server", "LedgerStore.Server.dll");
        string file = Path.Combine(programs, "walk.sh");

        // Whatever the script leaves running ends with it.
        string before = $"chmod +x '{programs}'/*\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n";
        await File.WriteAllTextAsync(file, before + adapt(ShellBlocks.Script(page)));
        given["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
        given["LEDGER_CONFIG"] = profile;
        given["XDG_CONFIG_HOME"] = Path.Combine(home, ".config");
        (int code, string output) = await ShellRun.RunAsync(file, home, given);
        Assert.True(code == 0, $"exit code {code}\n{output}");
        return "\n" + output;
    }

    private static async Task WriteProgramAsync(string directory, string name, string library)
    {
        string file = Path.Combine(directory, name);
        await File.WriteAllTextAsync(
            file, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, library)}' \"$@\"\n");
    }

    private static void CopyFiles(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string below in Directory.GetDirectories(from))
        {
            CopyFiles(below, Path.Combine(to, Path.GetFileName(below)));
        }
    }
}
