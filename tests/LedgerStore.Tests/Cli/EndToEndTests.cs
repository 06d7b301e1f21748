// The commands against a real server process: what they print, byte by byte where it is fixed, and how they end.

using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed partial class EndToEndTests(DevServer server) : IClassFixture<DevServer>
{
    private const string Appender = "spiffe://dev.ledgerstore.test/appender";

    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task What_dev_prints_works_as_it_is()
    {
        Assert.Contains($"export LEDGER_CONFIG={server.Profile}\n", server.Ready, StringComparison.Ordinal);
        string[] commands = [.. server.Ready.Split('\n').Select(line => line.Trim())
            .Where(line => line.StartsWith("ledger ", StringComparison.Ordinal))];
        Assert.Equal(5, commands.Length);

        // The last one opens the console, which goes on until Ctrl+C: its own tests do.
        Assert.Equal("ledger console", commands[^1]);
        foreach (string command in commands[..^1])
        {
            string[] arguments = [.. Words().Matches(command).Skip(1).Select(word => word.Value.Trim('\''))];
            CliResult result = await _ledger.RunAsync(arguments);
            Assert.True(result.Code == 0, $"{command}: {result}");
        }
    }

    [Fact]
    public async Task Append_read_and_tail_in_plain_text()
    {
        await NewLedgerAsync("golden");
        Assert.Equal("appended entry 0\n", (await _ledger.RunAsync("append", "golden", "bob approved 7")).Output);
        CliResult lines = await _ledger.RunWithAsync("anna paid 7\n\ncarol read 7\r\nno line feed", "append", "golden");
        Assert.Equal("appended 3 entries, 1 to 3\n", lines.Output);

        CliResult all = await _ledger.RunAsync("read", "golden");
        Assert.Equal(
            $"0  TIME  {Appender}  bob approved 7\n"
            + $"1  TIME  {Appender}  anna paid 7\n"
            + $"2  TIME  {Appender}  carol read 7\n"
            + $"3  TIME  {Appender}  no line feed\n",
            Times().Replace(all.Output, "TIME"));
        Assert.Equal(string.Empty, all.Errors);
        Assert.Equal("carol read 7\nno line feed\n",
            (await _ledger.RunAsync("tail", "golden", "-n", "2", "--format", "raw")).Output);
        Assert.Equal("anna paid 7\n",
            (await _ledger.RunAsync("read", "golden", "--from", "1", "--count", "1", "--format", "raw")).Output);
        Assert.Equal(string.Empty, (await _ledger.RunAsync("read", "golden", "--from", "4")).Output);
        Assert.Equal(all.Output, await VerifiedAsync("golden"));
    }

    [Fact]
    public async Task Append_and_read_in_json()
    {
        await NewLedgerAsync("json");
        CliResult appended = await _ledger.RunWithAsync(
            "{\"who\":\"anna\"}\n{\"who\":\"bob\"}\n", "append", "json", "--ndjson", "--json");
        using JsonDocument answer = JsonDocument.Parse(appended.Output);
        Assert.Equal(2, answer.RootElement.GetProperty("records").GetInt32());
        Assert.Equal(1, answer.RootElement.GetProperty("last_index").GetInt32());

        string[] lines = (await _ledger.RunAsync("read", "json", "--json")).Output.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        using JsonDocument entry = JsonDocument.Parse(lines[1]);
        Assert.Equal("bob", entry.RootElement.GetProperty("payload").GetProperty("who").GetString());
        Assert.Equal("application/json", entry.RootElement.GetProperty("content_type").GetString());

        CliResult refused = await _ledger.RunWithAsync("{\"a\":1}\nnot json\n", "append", "json", "--ndjson");
        Assert.Equal(2, refused.Code);
        Assert.Contains("line 2 is not JSON", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_import_goes_on_where_it_was()
    {
        await NewLedgerAsync("import");
        string half = string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n"));
        string whole = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"line {i}\n"));
        string[] command = ["append", "import", "--producer", "import-1", "--resume"];
        Assert.Equal("appended 500 entries, 0 to 499\n", (await _ledger.RunWithAsync(half, command)).Output);
        CliResult rest = await _ledger.RunWithAsync(whole, command);
        Assert.Equal("appended 500 entries, 500 to 999 (500 were there before)\n", rest.Output);
        CliResult none = await _ledger.RunWithAsync(whole, command);
        Assert.Equal("nothing to append (1000 were there before)\n", none.Output);
        Assert.Equal(whole, (await _ledger.RunAsync("read", "import", "--format", "raw")).Output);
    }

    [Fact]
    public async Task Prove_and_verify_a_receipt_and_what_was_changed_in_it()
    {
        await NewLedgerAsync("proofs");
        await _ledger.RunAsync("append", "proofs", "one", "two", "three");
        string file = Path.Combine(server.Root, "two.tlog-proof");
        CliResult proven = await _ledger.RunAsync("prove", "proofs", "1", "--out", file);
        Assert.Equal($"wrote {file}: entry 1 is in the tree of size 3\n", proven.Output);
        CliResult verified = await _ledger.RunAsync("verify", "--receipt", file);
        Assert.Equal(0, verified.Code);
        Assert.Equal(
            $"verified: {file}\n  entry 1 of localhost/proofs, in the signed tree of size 3\n"
            + $"1  TIME  {Appender}  two\n",
            Times().Replace(verified.Output, "TIME"));

        string[] lines = await File.ReadAllLinesAsync(file);
        byte[] extra = Convert.FromBase64String(lines[1]["extra ".Length..]);
        extra[^1] ^= 1;
        lines[1] = "extra " + Convert.ToBase64String(extra);
        string changed = Path.Combine(server.Root, "changed.tlog-proof");
        await File.WriteAllTextAsync(changed, string.Join('\n', lines) + "\n");
        CliResult refused = await _ledger.RunAsync("verify", "--receipt", changed);
        Assert.Equal(1, refused.Code);
        Assert.Equal(
            $"NOT VERIFIED: {changed}\n  the entry is not at index 1 of the tree of size 3\n", refused.Output);
        await File.WriteAllTextAsync(changed, "c2sp.org/tlog-proof@v1\nnothing\n");
        Assert.Equal(1, (await _ledger.RunAsync("verify", "--receipt", changed)).Code);
    }

    [Fact]
    public async Task What_is_not_signed_yet_is_waited_for_and_a_ledger_without_entries_is_told()
    {
        await NewLedgerAsync("young");
        CliResult empty = await _ledger.RunAsync("verify", "young");
        Assert.Equal(2, empty.Code);
        Assert.Contains("no entries yet", empty.Errors, StringComparison.Ordinal);
        await _ledger.RunAsync("append", "young", "one");
        Assert.Equal(0, (await _ledger.RunAsync("verify", "young")).Code);
    }

    [Fact]
    public async Task Verify_a_running_server_and_watch_the_checkpoint()
    {
        await NewLedgerAsync("live");
        await _ledger.RunAsync("append", "live", "one", "two", "--checkpoint");
        CliResult verified = await _ledger.RunAsync("verify", "live");
        Assert.Equal(
            "verified: localhost/live\n  2 entries are those of the signed tree of size 2\n", verified.Output);
        CliResult note = await _ledger.RunAsync("checkpoint", "live");
        Assert.StartsWith("localhost/live\n2\n", note.Output, StringComparison.Ordinal);
        CliResult json = await _ledger.RunAsync("verify", "live", "--json");
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.True(report.RootElement.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Ledgers_and_status()
    {
        CliResult created = await _ledger.RunAsync("create", "listed", "--salted");
        Assert.Equal("created listed, origin localhost/listed\n", created.Output);
        CliResult list = await _ledger.RunAsync("ledgers", "liste");
        Assert.Equal(
            "ledger  entries  checkpointed  state    created\nlisted  0        0             serving  TIME\n",
            Times().Replace(list.Output, "TIME"));
        CliResult shown = await _ledger.RunAsync("status", "--json");
        Assert.True(shown.Code == 0, shown.ToString());
        using JsonDocument status = JsonDocument.Parse(shown.Output);
        Assert.Equal("serving", status.RootElement.GetProperty("state").GetString());
        Assert.Equal(0, (await _ledger.RunAsync("freeze", "listed", "--reason", "done")).Code);
        CliResult refused = await _ledger.RunAsync("append", "listed", "late");
        Assert.Equal(5, refused.Code);
        Assert.Contains("frozen", refused.Errors, StringComparison.Ordinal);
    }

    private async Task NewLedgerAsync(string name)
    {
        CliResult created = await _ledger.RunAsync("create", name);
        Assert.True(created.Code == 0, created.ToString());
        CliResult trusted = await _ledger.RunAsync("trust", "add", await VkeyOfAsync(name));
        Assert.True(trusted.Code is 0, trusted.ToString());
    }

    private async Task<string> VerifiedAsync(string name)
    {
        CliResult read = await _ledger.RunAsync("read", name, "--verified");
        Assert.True(read.Code == 0, read.ToString());
        return read.Output;
    }

    // A test may look at the catalog; a user asks whoever runs the store.
    private async Task<string> VkeyOfAsync(string name)
    {
        CliResult list = await _ledger.RunAsync("ledgers", name, "--json");
        using JsonDocument answer = JsonDocument.Parse(list.Output);
        return answer.RootElement.GetProperty("ledgers").EnumerateArray()
            .Single(info => info.GetProperty("ledger").GetString() == name)
            .GetProperty("vkeys")[0].GetString()!;
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", RegexOptions.None, 10_000)]
    private static partial Regex Times();

    [GeneratedRegex(@"'[^']*'|\S+", RegexOptions.None, 10_000)]
    private static partial Regex Words();
}
