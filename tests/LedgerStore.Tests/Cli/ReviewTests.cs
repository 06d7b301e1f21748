// The access review against a real server: what was not used, what changed, and the sign-off, which is on record.

using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ReviewTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task A_review_that_was_signed_off_is_the_last_one_and_what_changed_before_is_done_with()
    {
        string policy = Path.Combine(server.Keys, "policy.yaml");
        CliResult first = await _ledger.RunAsync("policy", "review", policy, "--last-used", "--as", "auditor");
        Assert.True(first.Code == 0, first.ToString());
        Assert.Contains("no review is on record", first.Output, StringComparison.Ordinal);
        CliResult signed = await _ledger.RunAsync(
            "policy", "review", policy, "--last-used", "--sign-off", "week 48", "--as", "auditor");
        Assert.Contains("signed off as auditor", signed.Errors, StringComparison.Ordinal);
        CliResult next = await _ledger.RunAsync("policy", "review", policy, "--last-used", "--json", "--as", "auditor");
        using JsonDocument json = JsonDocument.Parse(next.Output);
        JsonElement last = json.RootElement.GetProperty("last_review");
        Assert.Equal("auditor", last.GetProperty("identity").GetString());
        Assert.Equal("week 48", last.GetProperty("note").GetString());
        Assert.Equal(0, json.RootElement.GetProperty("changes").GetArrayLength());
        CliResult unused = await _ledger.RunAsync(
            "policy", "review", policy, "--last-used", "--unused", "--json", "--as", "auditor");
        using JsonDocument less = JsonDocument.Parse(unused.Output);
        Assert.Equal(
            json.RootElement.GetProperty("unused").GetInt32(), less.RootElement.GetProperty("rights").GetArrayLength());
        CliResult audit = await _ledger.RunAsync("audit", "--kind", "review", "--all", "--as", "auditor");
        Assert.Contains("week 48", audit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_read_audit_signs_nothing_off()
    {
        string policy = Path.Combine(server.Keys, "policy.yaml");
        CliResult refused = await _ledger.RunAsync(
            "policy", "review", policy, "--last-used", "--sign-off", "x", "--as", "appender");
        Assert.Equal(4, refused.Code);
        Assert.Equal(2, (await _ledger.RunAsync("policy", "review", policy, "--sign-off", "x")).Code);
    }
}
