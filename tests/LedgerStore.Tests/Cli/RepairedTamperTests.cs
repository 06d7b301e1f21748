// The attacker who also repairs checksums and hashes: `ledger verify` names the very entry, or, if its tile was made
// anew too, the bundle; and what is only derived is repaired by `ledger scrub`.

using System.Text.Json;
using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Tamper;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class RepairedTamperTests(TamperHome home) : IClassFixture<TamperHome>
{
    [Theory]
    [InlineData("an entry is changed", Attacks.Middle, 1)]
    [InlineData("an entry is changed, and its tile", Attacks.Middle / 256 * 256, 256)]
    public async Task The_entry_that_was_changed_is_named(string attack, int first, int count)
    {
        TamperedStore store = home.Copy();
        Attacks.All.Single(a => a.Name == attack).Do(store);
        LedgerCli ledger = new(Path.Combine(store.Data + ".config", "config.yaml"));
        CliResult result = await ledger.RunAsync("verify", "--data", store.Data, "--vkey", Vkey(), "--json");
        Assert.Equal(1, result.Code);
        using JsonDocument report = JsonDocument.Parse(result.Output);
        JsonElement finding = report.RootElement.GetProperty("findings")[0];
        Assert.Equal(TamperHome.Ledger, finding.GetProperty("ledger").GetString());
        Assert.Equal(first, finding.GetProperty("first_index").GetInt64());
        Assert.Equal(count, finding.GetProperty("count").GetInt64());
        CliResult text = await ledger.RunAsync("verify", "--data", store.Data, "--vkey", Vkey());
        string named = count == 1 ? $"entry {first} " : $"entries {first} to {first + count - 1} ";
        Assert.Contains($"\n  payments: {named}", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_only_derived_is_repaired()
    {
        TamperedStore store = home.Copy();
        Attacks.All.Single(a => a.Name == "a tile is overwritten").Do(store);
        LedgerCli ledger = new(Path.Combine(store.Data + ".config", "config.yaml"));
        await ledger.RunAsync("trust", "add", Vkey());
        await ledger.RunAsync("trust", "add", Vkey("_audit"));
        await ledger.RunAsync("trust", "add", Vkey(TamperHome.Other));
        Assert.Equal(1, (await ledger.RunAsync("verify", "--data", store.Data)).Code);
        CliResult repaired = await ledger.RunAsync("scrub", "--repair-derived", "--data", store.Data);
        Assert.True(repaired.Code == 0, repaired.ToString());
        Assert.EndsWith("1 repaired, 0 left\n", repaired.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ledger.RunAsync("verify", "--data", store.Data)).Code);
        Assert.Equal(2, (await ledger.RunAsync("scrub", "--repair-derived")).Code);
    }

    private string Vkey() => Vkey(TamperHome.Ledger);

    private string Vkey(string name) => LogKeyFile.VerifierKeyOf($"ledger.example.org/{name}", home.Key);
}
