// The drill on entries of a real server: what it plants is noticed, what it leaves alone is not, and nothing of the
// server is changed.

using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class DrillTests(DevServer server) : IClassFixture<DevServer>
{
    [Fact]
    public async Task Everything_that_is_planted_is_noticed_and_an_honest_copy_is_left_alone()
    {
        LedgerCli ledger = new(server.Profile);
        await ledger.RunAsync("trust", "add", server.Vkey);
        string[] records = [.. Enumerable.Range(0, 600).Select(static i => $$"""{"who":"w{{i % 7}}","n":{{i}}}""")];
        Assert.Equal(0, (await ledger.RunAsync(["append", "demo", "--checkpoint", .. records])).Code);
        string file = Path.Combine(server.Root, "drill.json");
        CliResult drill = await ledger.RunAsync("drill", "demo", "-n", "500", "--out", file);
        Assert.True(drill.Code == 0, drill.ToString());
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal(100, json.RootElement.GetProperty("first_index").GetInt32());
        Assert.Equal(
            ["", "ledger verify --data", "ledger verify --data", "ledger guard"],
            json.RootElement.GetProperty("exercises").EnumerateArray()
                .Select(static one => one.GetProperty("noticed_by").GetString()));
        Assert.Equal(0, (await ledger.RunAsync("verify", "demo")).Code);
        Assert.Equal(2, (await ledger.RunAsync("drill", "demo", "-n", "1")).Code);
    }
}
