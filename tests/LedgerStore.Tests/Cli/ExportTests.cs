// An exported bundle: checked offline by `ledger` and by the Python program in it; and whatever is changed is named.

using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ExportTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);
    private readonly LedgerCli _stranger = new(Path.Combine(server.Root, "stranger", "config.yaml"));

    [Fact]
    public async Task A_bundle_is_verified_by_whoever_has_the_key()
    {
        string bundle = await ExportAsync("good");
        CliResult verified = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.Equal(
            $"verified: {bundle}\n  entries 1 to 3 of localhost/demo, in the signed tree of size ",
            verified.Output[..(verified.Output.LastIndexOf(' ') + 1)]);
        CliResult unknown = await _stranger.RunAsync("verify", "--bundle", bundle);
        Assert.Equal(2, unknown.Code);
        Assert.Contains("no key of localhost/demo is trusted", unknown.Errors, StringComparison.Ordinal);
        CliResult json = await _stranger.RunAsync("verify", "--bundle", bundle, "--vkey", server.Vkey, "--json");
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.True(report.RootElement.GetProperty("verified").GetBoolean());
        Assert.Equal(server.Vkey + "\n", await File.ReadAllTextAsync(Path.Combine(bundle, "vkey")));
        CliResult again = await _ledger.RunAsync("export", "demo", "--out", bundle);
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
        CliResult result = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.True(result.Code == 1, result.ToString());
        Assert.StartsWith($"NOT VERIFIED: {bundle}\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(says, result.Output, StringComparison.Ordinal);
    }

    [ProgramFact("python3", "openssl")]
    public async Task The_program_in_the_bundle_accepts_every_receipt()
    {
        string bundle = await ExportAsync("python");
        const string Script = "python3 check_receipt.py receipts \"$(cat vkey)\"";
        string readme = await File.ReadAllTextAsync(Path.Combine(bundle, "README.md"));
        Assert.Contains(Script, readme, StringComparison.Ordinal);
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

    /// <summary>Only these, in one bundle: none between them is in it, none of them is missing.</summary>
    [ProgramFact("python3", "openssl")]
    public async Task Chosen_entries_are_one_bundle()
    {
        await ExportAsync("before-chosen");
        string bundle = Path.Combine(server.Root, "chosen");
        string list = Path.Combine(server.Root, "list");
        await File.WriteAllTextAsync(list, "4\n1\n");
        CliResult exported = await _ledger.RunAsync(
            "export", "demo", "--index", "0-1,3", "--index-file", list, "--out", bundle);
        Assert.True(exported.Code == 0, exported.ToString());
        Assert.StartsWith($"wrote {bundle}: 4 entries between 0 and 4 of localhost/demo", exported.Output,
            StringComparison.Ordinal);
        Assert.Equal(4, Directory.GetFiles(Path.Combine(bundle, "receipts")).Length);
        Assert.Equal(4, File.ReadLines(Path.Combine(bundle, "entries.ndjson")).Count());
        Assert.Equal(0, (await _ledger.RunAsync("verify", "--bundle", bundle)).Code);
        CliResult receipts = await _ledger.RunAsync("verify", "--receipt", Path.Combine(bundle, "receipts"));
        Assert.True(receipts.Code == 0, receipts.ToString());
        Assert.Contains("4 receipts, each with its entry", receipts.Output, StringComparison.Ordinal);

        // A receipt less, or another range in the file that says which they are.
        string json = await File.ReadAllTextAsync(Path.Combine(bundle, "bundle.json"));
        foreach (string wrong in new[] { "[0,2],[4,2]", "[0,3],[4,1]", "[0,2],[3,1]", "[0,2],[3,3]", "[3,2]", "[0,0]" })
        {
            await File.WriteAllTextAsync(
                Path.Combine(bundle, "bundle.json"),
                json.Replace("[0,2],[3,2]", wrong, StringComparison.Ordinal));
            CliResult refused = await _ledger.RunAsync("verify", "--bundle", bundle);
            Assert.True(refused.Code is 1 or 2, $"{wrong}: {refused}");
        }

        // A name that stands twice: other readers would take the other value.
        await File.WriteAllTextAsync(
            Path.Combine(bundle, "bundle.json"), json.Replace("{", "{\"root\":\"\",", StringComparison.Ordinal));
        CliResult twice = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.True(twice.Code == 2, twice.ToString());
        Assert.Contains("describes no bundle", twice.Errors, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(bundle, "bundle.json"), json);
        File.Delete(Path.Combine(bundle, "receipts", "000000000003.tlog-proof"));
        CliResult missing = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.Contains("entry 3: its receipt is missing", missing.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--index", "1,999999", "has no entry 999999")]
    [InlineData("--index", "5-3", "ends before it begins")]
    [InlineData("--index", "1,two", "'two' is no index")]
    [InlineData("--index", ",", "no index was given")]
    public async Task A_list_that_cannot_be_is_refused(string option, string value, string says)
    {
        await ExportAsync($"before-refused-{Guid.NewGuid():n}");
        string output = Path.Combine(server.Root, $"refused-{Guid.NewGuid():n}");
        CliResult refused = await _ledger.RunAsync("export", "demo", option, value, "--out", output);
        Assert.Equal(2, refused.Code);
        Assert.Contains(says, refused.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(server.Root, Path.GetFileName(output) + "*"));
        CliResult both = await _ledger.RunAsync("export", "demo", "--index", "1", "--from", "1", "--out", output);
        Assert.Contains("--from does not go with a list", both.Errors, StringComparison.Ordinal);
    }

    /// <summary>More than fit into memory at once, and into one piece of a read.</summary>
    [Fact]
    public async Task More_than_ten_thousand_entries_are_one_bundle()
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        CliResult appended = await _ledger.RunWithAsync(
            string.Concat(Enumerable.Range(0, 10_500).Select(static i => $"record {i}\n")), "append", "demo");
        Assert.True(appended.Code == 0, appended.ToString());
        string bundle = Path.Combine(server.Root, "many");
        CliResult exported = await _ledger.RunAsync("export", "demo", "-n", "10400", "--out", bundle);
        Assert.True(exported.Code == 0, exported.ToString());
        Assert.Equal(10_400, Directory.GetFiles(Path.Combine(bundle, "receipts")).Length);
        CliResult verified = await _ledger.RunAsync("verify", "--bundle", bundle);
        Assert.True(verified.Code == 0, verified.ToString());
        Assert.DoesNotContain(
            Directory.GetFiles(bundle), static file => file.Contains("unfinished", StringComparison.Ordinal));
    }

    /// <summary>Who may verify and not read gets receipts too; whoever has the bytes checks them.</summary>
    [Fact]
    public async Task Several_receipts_are_one_command()
    {
        await ExportAsync("before-several");
        string receipts = Path.Combine(server.Root, "several");
        CliResult proven = await _ledger.RunAsync("prove", "demo", "0,2-3", "--out", receipts);
        Assert.True(proven.Code == 0, proven.ToString());
        Assert.Equal(
            ["demo-0.tlog-proof", "demo-2.tlog-proof", "demo-3.tlog-proof"],
            Directory.GetFiles(receipts).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(0, (await _ledger.RunAsync("verify", "--receipt", receipts)).Code);
        string changed = Path.Combine(receipts, "demo-2.tlog-proof");
        string text = await File.ReadAllTextAsync(changed);
        await File.WriteAllTextAsync(changed, text.Replace("index 2", "index 1", StringComparison.Ordinal));
        CliResult refused = await _ledger.RunAsync("verify", "--receipt", receipts);
        Assert.Equal(1, refused.Code);
        Assert.Contains("1 of 3 receipts: demo-2.tlog-proof: ", refused.Output, StringComparison.Ordinal);

        string entry = Path.Combine(server.Root, "several.entry");
        string bare = Path.Combine(server.Root, "bare.tlog-proof");
        Assert.Equal(0, (await _ledger.RunAsync("prove", "demo", "3", "--entry", entry, "--out", changed)).Code);
        CliResult byHash = await _ledger.RunAsync("prove", "demo", "3", "--no-entry", "--as", "auditor", "--out", bare);
        Assert.True(byHash.Code == 0, byHash.ToString());
        Assert.DoesNotContain("extra ", await File.ReadAllTextAsync(bare), StringComparison.Ordinal);
        Assert.Equal(2, (await _ledger.RunAsync("verify", "--receipt", bare)).Code);
        Assert.Equal(0, (await _ledger.RunAsync("verify", "--receipt", bare, "--entry", entry)).Code);
        Assert.Equal(1, (await _ledger.RunAsync("verify", "--receipt", bare, "--entry", changed)).Code);
    }

    private async Task<string> ExportAsync(string name)
    {
        await _ledger.RunAsync("trust", "add", server.Vkey);
        await _ledger.RunAsync("append", "demo", "one", "bob", "anna", "four", "five");
        string bundle = Path.Combine(server.Root, name);
        CliResult exported = await _ledger.RunAsync("export", "demo", "--from", "1", "-n", "3", "--out", bundle);
        Assert.True(exported.Code == 0, exported.ToString());
        Assert.StartsWith($"wrote {bundle}: entries 1 to 3 of localhost/demo", exported.Output,
            StringComparison.Ordinal);
        return bundle;
    }
}
