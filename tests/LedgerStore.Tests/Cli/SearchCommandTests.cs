// `ledger search`: at a server, with proof, and in a directory.

using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class SearchCommandTests : IAsyncLifetime
{
    private const string Anna = """{"actor":{"user":{"name":"anna"}},"api":{"operation":"a.b"},"status":"Failure"}""";
    private const string Bob = """{"actor":{"user":{"name":"bob"}},"api":{"operation":"a.c"},"status":"Success"}""";

    private readonly DevServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Entries_are_found_at_a_server_with_proof_and_in_a_directory()
    {
        LedgerCli ledger = new(_server.Profile);
        await ledger.RunAsync("trust", "add", _server.Vkey);
        await ledger.RunAsync("append", "demo", Anna, Bob, "no JSON", Anna, "--checkpoint");
        CliResult found = await ledger.RunAsync(
            "search", "demo", "who=anna", "what=a.*", "--format", "raw", "--verified");
        Assert.Equal((0, $"{Anna}\nno JSON\n{Anna}\n"), (found.Code, found.Output));
        Assert.Contains(
            "3 of 4 entries, of 0 to 3, each proven against a signed checkpoint; 1 of them cannot be read",
            found.Errors, StringComparison.Ordinal);

        CliResult one = await ledger.RunAsync(
            "search", "demo", "outcome={success,unknown}", "@opaque=false", "--format", "raw");
        Assert.Equal((0, string.Empty), (one.Code, one.Output));
        Assert.Contains("0 of 4 entries, of 0 to 3, as the server sent them", one.Errors, StringComparison.Ordinal);

        CliResult opaque = await ledger.RunAsync("search", "demo", "@opaque=true", "--json");
        Assert.Contains("no JSON", opaque.Output, StringComparison.Ordinal);
        Assert.Single(opaque.Output.TrimEnd('\n').Split('\n'));

        CliResult last = await ledger.RunAsync("search", "demo", "who=bob", "--from", "3", "--format", "raw");
        Assert.Contains("0 of 1 entries, of 3 to 3", last.Errors, StringComparison.Ordinal);

        await AskSeveralAsync(ledger);
        await _server.StopAsync();
        CliResult offline = await ledger.RunAsync(
            "search", "demo", "who=bob", "--format", "raw", "--data", _server.Data);
        Assert.Equal((0, $"{Bob}\nno JSON\n"), (offline.Code, offline.Output));
        Assert.Contains("as the directory has them", offline.Errors, StringComparison.Ordinal);
        await _server.StartAsync();
    }

    private static async Task AskSeveralAsync(LedgerCli ledger)
    {
        await ledger.RunAsync("create", "other");
        await ledger.RunAsync("append", "other", "=cmd|' /C calc'!A0", Anna, Bob);
        string[] ask = ["search", "who=anna", "--ledger", "demo", "--ledger", "other", "--since", "1d"];
        CliResult csv = await ledger.RunAsync([.. ask, "--format", "csv"]);
        Assert.Equal(0, csv.Code);
        string[] rows = csv.Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, rows.Length);
        Assert.Equal("ledger,index,received,appender,producer,producer_sequence,content_type,record", rows[0]);
        Assert.StartsWith("\"demo\",\"0\",\"20", rows[1], StringComparison.Ordinal);
        Assert.EndsWith(",\"" + Anna.Replace("\"", "\"\"") + "\"", rows[1], StringComparison.Ordinal);
        Assert.EndsWith(",\"'=cmd|' /C calc'!A0\"", rows[5], StringComparison.Ordinal);
        CliResult json = await ledger.RunAsync([.. ask, "--format", "json"]);
        Assert.Equal(2, json.Output.Split("\"ledger\":\"other\"").Length - 1);
        CliResult old = await ledger.RunAsync("search", "demo", "who=anna", "--until", "1d");
        Assert.Equal((0, string.Empty), (old.Code, old.Output));
        foreach (string[] wrong in (string[][])
        [
            ["search", "who=anna"], ["search", "demo"], [.. ask, "--follow"],
            ["search", "demo", "a=b", "--since", "soon"],
        ])
        {
            Assert.Equal(2, (await ledger.RunAsync(wrong)).Code);
        }
    }
}
