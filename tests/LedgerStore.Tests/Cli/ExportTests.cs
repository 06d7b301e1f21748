// An exported bundle: checked offline by `ledger` and by the Python program in it; and whatever is changed is named.

using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ExportTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli ledger = new(server.Profile);
    private readonly LedgerCli stranger = new(Path.Combine(server.Root, "stranger", "config.yaml"));

    [Fact]
    public async Task A_bundle_is_verified_by_whoever_has_the_key()
    {
        string bundle = await ExportAsync("good");
        CliResult verified = await ledger.RunAsync("verify", "--bundle", bundle);
        Assert.Equal(
            $"verified: {bundle}\n  entries 1 to 3 of localhost/demo, in the signed tree of size ",
            verified.Output[..(verified.Output.LastIndexOf(' ') + 1)]);
        CliResult unknown = await stranger.RunAsync("verify", "--bundle", bundle);
        Assert.Equal(2, unknown.Code);
        Assert.Contains("no key of localhost/demo is trusted", unknown.Errors, StringComparison.Ordinal);
        CliResult json = await stranger.RunAsync("verify", "--bundle", bundle, "--vkey", server.Vkey, "--json");
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.True(report.RootElement.GetProperty("verified").GetBoolean());
        Assert.Equal(server.Vkey + "\n", await File.ReadAllTextAsync(Path.Combine(bundle, "vkey")));
        CliResult again = await ledger.RunAsync("export", "demo", "--out", bundle);
        Assert.Equal(2, again.Code);
        Assert.Contains("is there already", again.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("entries.ndjson", "anna", "emma", "entry 2: entries.ndjson shows something else")]
    [InlineData("receipts/000000000002.tlog-proof", "index 2", "index 3", "entry 2: its receipt is of entry 3")]
    [InlineData("receipts/000000000003.tlog-proof", "extra ", "extra AAAA", "entry 3: the entry is not at index 3")]
    [InlineData("bundle.json", "\"count\":3", "\"count\":2", "shows entries behind 2")]
    [InlineData("bundle.json", "\"count\":3", "\"count\":4", "entry 4: its receipt is missing")]
    [InlineData("checkpoint", "localhost/demo\n", "localhost/demo\n1", "")]
    public async Task What_was_changed_is_named(string file, string old, string fresh, string says)
    {
        string bundle = await ExportAsync($"changed-{Guid.NewGuid():n}");
        string path = Path.Combine(bundle, file);
        string text = await File.ReadAllTextAsync(path);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        await File.WriteAllTextAsync(path, text[..at] + fresh + text[(at + old.Length)..]);
        CliResult result = await ledger.RunAsync("verify", "--bundle", bundle);
        Assert.True(result.Code == 1, result.ToString());
        Assert.StartsWith($"NOT VERIFIED: {bundle}\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(says, result.Output, StringComparison.Ordinal);
    }

    [ProgramFact("python3", "openssl")]
    public async Task The_program_in_the_bundle_accepts_every_receipt()
    {
        string bundle = await ExportAsync("python");
        const string Script = """
            for receipt in receipts/*; do python3 check_receipt.py "$receipt" "$(cat vkey)" || exit 1; done
            """;
        string readme = await File.ReadAllTextAsync(Path.Combine(bundle, "README.md"));
        Assert.Contains(Script.Replace("exit 1", "break", StringComparison.Ordinal), readme, StringComparison.Ordinal);
        ProcessStartInfo start = new("bash", ["-c", Script])
        {
            WorkingDirectory = bundle,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Equal(3, output.Split("is in localhost/demo at size").Length - 1);
    }

    private async Task<string> ExportAsync(string name)
    {
        await ledger.RunAsync("trust", "add", server.Vkey);
        await ledger.RunAsync("append", "demo", "one", "bob", "anna", "four", "five");
        string bundle = Path.Combine(server.Root, name);
        CliResult exported = await ledger.RunAsync("export", "demo", "--from", "1", "-n", "3", "--out", bundle);
        Assert.True(exported.Code == 0, exported.ToString());
        Assert.StartsWith($"wrote {bundle}: entries 1 to 3 of localhost/demo", exported.Output,
            StringComparison.Ordinal);
        return bundle;
    }
}
