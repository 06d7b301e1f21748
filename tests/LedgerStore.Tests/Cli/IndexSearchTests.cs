// `ledger search` by an index: set, built, asked, proven, kept as a file, and that verified without the server.

using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class IndexSearchTests : IAsyncLifetime
{
    private const int Records = 65_536 + 700;

    private readonly DevServer _server = new();

    private string Answer => Path.Combine(_server.Root, "answer.jsonl");

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        string file = Path.Combine(_server.Root, "records.ndjson");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, Records).Select(Record));
        LedgerCli ledger = new(_server.Profile);
        Done(await ledger.RunAsync("append", "demo", "--ndjson", "--file", file));
        CliResult set = await ledger.RunAsync("fields", "set", "demo", "--profile", "ocsf", "--reason", "a test");
        Done(set);
        Assert.Contains("index ledger _index.1.1.", set.Errors, StringComparison.Ordinal);
    }

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_search_by_the_index_finds_what_reading_everything_finds_and_proves_it()
    {
        LedgerCli ledger = new(_server.Profile);
        CliResult untrusted = await ledger.RunAsync("search", "demo", "who=rare", "--explain", "--format", "raw");
        Assert.Contains("no key is trusted", untrusted.Errors, StringComparison.Ordinal);
        await IndexedAsync(ledger, "demo");
        await _server.TrustAllAsync(ledger);

        string[] ask = ["search", "demo", "who=rare", "what=a.*", "--format", "raw"];
        CliResult scanned = await ledger.RunAsync([.. ask, "--scan"]);
        CliResult found = await ledger.RunAsync([.. ask, "--explain", "--prove", Answer]);
        Done(found);
        Assert.Equal(scanned.Output, found.Output);
        Assert.Equal(4, found.Output.TrimEnd('\n').Split('\n').Length);
        Assert.Contains("the index of 1 segments", found.Errors, StringComparison.Ordinal);
        Assert.Contains("4 of 66,236 entries, complete: ", found.Errors, StringComparison.Ordinal);
        CliResult back = await ledger.RunAsync([.. ask, "--newest-first"]);
        Assert.Equal(found.Output.TrimEnd('\n').Split('\n').Reverse(), back.Output.TrimEnd('\n').Split('\n'));

        CliResult nothing = await ledger.RunAsync("search", "demo", "who=nobody");
        Assert.Equal((0, string.Empty), (nothing.Code, nothing.Output));
        Assert.Contains("0 of 66,236 entries, complete", nothing.Errors, StringComparison.Ordinal);
        CliResult since = await ledger.RunAsync("search", "demo", "who=rare", "--since", "2999-01-01");
        Assert.Contains("0 of 66,236 entries, complete: 65,536 ruled out", since.Errors, StringComparison.Ordinal);

        string receipt = Path.Combine(_server.Root, "receipt");
        Done(await ledger.RunAsync("prove", "demo", "5000", "--out", receipt));
        CliResult mine = await ledger.RunAsync("find", receipt);
        Done(mine);
        Assert.StartsWith(
            "found: entry 5000 of demo is found by who=rare what=a.b", mine.Output, StringComparison.Ordinal);
        CliResult audit = await ledger.RunAsync("audit", "--all", "--as", "auditor");
        Assert.Contains("who=rare what=a.*", audit.Output, StringComparison.Ordinal);
        await VerifyIndexAsync(ledger);
        await _server.StopAsync();
        await VerifyDirectoryAsync(ledger);
        await VerifyFileAsync(ledger);
        await _server.StartAsync();
    }

    private static async Task VerifyIndexAsync(LedgerCli ledger)
    {
        CliResult verified = await ledger.RunAsync("verify", "demo", "--index");
        Done(verified);
        Assert.StartsWith("verified: localhost/_index.1.1.", verified.Output, StringComparison.Ordinal);
        Assert.Contains("the index of 1 of 1 complete segments of demo", verified.Output, StringComparison.Ordinal);
        CliResult other = await ledger.RunAsync("verify", "demo", "--index", "--from", "3");
        Assert.Equal(2, other.Code);
        Assert.Contains("--from does not go with", other.Errors, StringComparison.Ordinal);
    }

    private async Task VerifyDirectoryAsync(LedgerCli ledger)
    {
        CliResult verified = await ledger.RunAsync("verify", "--data", _server.Data, "--index");
        Assert.Contains("the index of 1 of 1 complete segments of demo", verified.Output, StringComparison.Ordinal);
        CliResult json = await ledger.RunAsync("verify", "--data", _server.Data, "--index", "--json");
        Assert.Equal(verified.Code, json.Code);
        Assert.Equal("demo", (string?)JsonNode.Parse(json.Output)!["indexes"]![0]!["ledger"]);
        Assert.Equal(1, (int)JsonNode.Parse(json.Output)!["indexes"]![0]!["same"]!);
    }

    private async Task VerifyFileAsync(LedgerCli ledger)
    {
        if (ProgramFactAttribute.IsThere("python3"))
        {
            Assert.Equal("complete 5000 22001 39002 56003\n", await AskPythonAsync(Answer));
        }

        CliResult verified = await ledger.RunAsync("verify", "--search", Answer);
        Done(verified);
        Assert.Contains("4 of 66236 entries from 0 on, complete", verified.ToString(), StringComparison.Ordinal);
        string[] lines = await File.ReadAllLinesAsync(Answer);
        await WhatNobodySignedIsNoSuccessAsync(ledger, lines);
        await File.WriteAllLinesAsync(Answer, lines.Where((_, number) => number != lines.Length - 3));
        CliResult hole = await ledger.RunAsync("verify", "--search", Answer);
        Assert.Equal(1, hole.Code);
        Assert.Contains("nothing was said of entries", hole.ToString(), StringComparison.Ordinal);
        await File.WriteAllLinesAsync(Answer, lines[..^1]);
        Assert.Contains(
            "cut off", (await ledger.RunAsync("verify", "--search", Answer)).ToString(), StringComparison.Ordinal);
        await File.WriteAllLinesAsync(Answer, lines.Select(static line => line.Replace("who=rare", "who=rarer")));
        Assert.Equal(1, (await ledger.RunAsync("verify", "--search", Answer)).Code);
    }

    // Whoever writes a file may call entries unreadable, or say himself what a field is.
    private async Task WhatNobodySignedIsNoSuccessAsync(LedgerCli ledger, string[] lines)
    {
        await File.WriteAllLinesAsync(Answer, lines.Select(static line =>
            JsonNode.Parse(line) is { } said && (string?)said["kind"] == "bundle" && (int)said["bundle"]! == 5_000 / 256
                ? """{"kind":"unreadable","first":4864,"count":256,"reason":"r"}"""
                : line));
        CliResult hidden = await ledger.RunAsync("verify", "--search", Answer, "--json");
        Assert.Equal(6, hidden.Code);
        JsonNode json = JsonNode.Parse(hidden.Output)!;
        Assert.False((bool)json["verified"]!);
        Assert.Equal(4_864, (int)json["unreadable"]![0]!["first_index"]!);
        Assert.Contains(
            "complete but for what could not be read",
            (await ledger.RunAsync("verify", "--search", Answer)).Output,
            StringComparison.Ordinal);

        string fields = Answer + ".fields";
        await File.WriteAllTextAsync(fields, (await ledger.RunAsync("fields", "show", "--profile", "ecs")).Output);
        await File.WriteAllLinesAsync(Answer, lines);
        CliResult other = await ledger.RunAsync("verify", "--search", Answer, "--fields", fields);
        Assert.Equal(1, other.Code);
        Assert.Contains("asked by other fields, those of the profile ocsf", other.ToString(), StringComparison.Ordinal);
        CliResult same = await ledger.RunAsync("verify", "--search", Answer);
        Assert.Contains("who is actor.user.name, or actor.user.uid", same.Output, StringComparison.Ordinal);
        Assert.Contains("the fields are those of the profile ocsf", same.Output, StringComparison.Ordinal);
    }

    /// <summary>The checker that was written from FORMAT.md alone.</summary>
    internal static async Task<string> AskPythonAsync(string file)
    {
        ProcessStartInfo start = new("python3")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        string checker = Path.Combine(SourceTree.Root, "tests", "interop", "search-python", "search.py");
        foreach (string argument in new[] { "-B", checker, "file", file })
        {
            start.ArgumentList.Add(argument);
        }

        using Process python = Process.Start(start)!;
        string output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return output;
    }

    internal static async Task IndexedAsync(LedgerCli ledger, string name)
    {
        while (!(await ledger.RunAsync("fields", "show", name, "--json")).Output
            .Contains("\"indexed\": 1", StringComparison.Ordinal))
        {
            await Task.Delay(100);
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
