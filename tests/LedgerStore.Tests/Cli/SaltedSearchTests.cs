// A salted ledger is searched by its index over the wire; the file of the search has the key of the terms and is
// verified without the server, here and by the checker in Python.

using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class SaltedSearchTests : IAsyncLifetime
{
    private const string Name = "kept";
    private const int Records = 65_536 + 300;

    private readonly DevServer _server = new();

    private string Answer => Path.Combine(_server.Root, "answer.jsonl");

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        string file = Path.Combine(_server.Root, "records.ndjson");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, Records).Select(Record));
        LedgerCli ledger = new(_server.Profile);
        Done(await ledger.RunAsync("create", Name, "--salted"));
        Done(await ledger.RunAsync("append", Name, "--ndjson", "--file", file));
        Done(await ledger.RunAsync("fields", "set", Name, "--profile", "ocsf", "--reason", "a test"));
        await IndexSearchTests.IndexedAsync(ledger, Name);
        await _server.TrustAllAsync(ledger);
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_answer_has_the_key_and_is_proven_with_it()
    {
        LedgerCli ledger = new(_server.Profile);
        string[] ask = ["search", Name, "who=rare", "--format", "raw"];
        CliResult found = await ledger.RunAsync([.. ask, "--explain", "--prove", Answer]);
        Done(found);
        Assert.Equal((await ledger.RunAsync([.. ask, "--scan"])).Output, found.Output);
        Assert.Equal(4, found.Output.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("the index of 1 segments", found.Errors, StringComparison.Ordinal);
        Assert.Contains("the keys of 1 segments of a salted ledger", found.Errors, StringComparison.Ordinal);
        JsonNode segment = JsonNode.Parse((await File.ReadAllLinesAsync(Answer))[2])!;
        Assert.Equal(32, Convert.FromBase64String((string)segment["key"]!).Length);

        // Who asks for a time is not told the key.
        string times = Path.Combine(_server.Root, "times.jsonl");
        CliResult ofTimes = await ledger.RunAsync("search", Name, "@received<2020-01-01T00:00:00Z", "--prove", times);
        Done(ofTimes);
        Assert.DoesNotContain("keys", ofTimes.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\"key\"", await File.ReadAllTextAsync(times), StringComparison.Ordinal);

        string receipt = Path.Combine(_server.Root, "receipt");
        Done(await ledger.RunAsync("prove", Name, "5000", "--out", receipt));
        CliResult mine = await ledger.RunAsync("find", receipt);
        Done(mine);
        Assert.StartsWith("found: entry 5000 of kept is found by who=rare", mine.Output, StringComparison.Ordinal);

        CliResult compared = await ledger.RunAsync("verify", Name, "--index");
        Done(compared);
        Assert.Contains("the index of 1 of 1 complete segments of kept", compared.Output, StringComparison.Ordinal);
        await _server.StopAsync();
        CliResult directory = await ledger.RunAsync("verify", "--data", _server.Data, "--index");
        Assert.Contains("the index of 1 of 1 complete segments of kept", directory.Output, StringComparison.Ordinal);
        await VerifyFileAsync(ledger);
        await _server.StartAsync();
    }

    private async Task VerifyFileAsync(LedgerCli ledger)
    {
        Done(await ledger.RunAsync("verify", "--search", Answer));
        if (ProgramFactAttribute.IsThere("python3"))
        {
            Assert.Equal("complete 5000 22001 39002 56003\n", await IndexSearchTests.AskPythonAsync(Answer));
        }

        string[] lines = await File.ReadAllLinesAsync(Answer);
        JsonNode segment = JsonNode.Parse(lines[2])!;
        segment["key"] = Convert.ToBase64String(new byte[32]);
        await File.WriteAllLinesAsync(Answer, [.. lines[..2], segment.ToJsonString(), .. lines[3..]]);
        CliResult lie = await ledger.RunAsync("verify", "--search", Answer);
        Assert.Equal(1, lie.Code);
        Assert.Contains("is missing, or not the one whose hash was signed", lie.ToString(), StringComparison.Ordinal);
        if (ProgramFactAttribute.IsThere("python3"))
        {
            Assert.StartsWith(
                "lie: the key of an index", await IndexSearchTests.AskPythonAsync(Answer), StringComparison.Ordinal);
        }
    }

    private static string Record(int index)
    {
        string who = index % 17_001 == 5_000 ? "rare" : index % 2 == 0 ? "anna" : "bob";
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"actor":{"user":{"name":"{{{who}}}"}},"api":{"operation":"a.b"},"number":{{{index}}}}""");
    }

    private static void Done(CliResult result) => Assert.True(result.Code == 0, result.ToString());
}
