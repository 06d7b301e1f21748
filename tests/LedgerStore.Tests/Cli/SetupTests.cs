// Commands that need no server: certificates, keys, policies, completion, and the certificate that has expired.

using System.Text.Json;
using LedgerStore.Pki;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class SetupTests : IDisposable
{
    private const string Policy = """
        version: 1
        trust_domain: example.org
        identities:
          anna: { uri: spiffe://example.org/anna }
        roles:
          auditor: [read, verify]
        bindings:
          - { role: auditor, identities: [anna], ledgers: ["payments.*"] }
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore-setup-").FullName;
    private readonly LedgerCli _ledger;

    public SetupTests() => _ledger = new LedgerCli(In("config.yaml"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Init_makes_everything_once()
    {
        string made = In("made");
        CliResult first = await _ledger.RunAsync("init", made, "--name", "ledger.example.org");
        Assert.True(first.Code == 0, first.ToString());
        Assert.Contains($"serve --config {made}/server.yaml", first.Output, StringComparison.Ordinal);
        foreach (string secret in new[] { "signing.pem", "pki/ca.key", "pki/server.key", "pki/clients/reader.key" })
        {
            Assert.False(PkiFiles.IsOpenToOthers(Path.Combine(made, secret)), secret);
        }

        string policy = Path.Combine(made, "policy.yaml");
        CliResult check = await _ledger.RunAsync("policy", "check", policy);
        Assert.Equal(0, check.Code);
        Assert.EndsWith("valid: 5 identities, 4 roles, 7 bindings\n", check.Output, StringComparison.Ordinal);

        // The next command finds the server by itself.
        CliResult next = await _ledger.RunAsync("status");
        Assert.Equal(3, next.Code);
        Assert.Contains("ledger.example.org", next.Errors, StringComparison.Ordinal);
        CliResult again = await _ledger.RunAsync("init", made, "--name", "ledger.example.org");
        Assert.Equal(2, again.Code);
        Assert.Contains("nothing was changed", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_are_issued_renewed_and_listed()
    {
        await _ledger.RunAsync("init", In("made"), "--name", "ledger.example.org");
        string pki = Path.Combine(In("made"), "pki");
        CliResult issued = await _ledger.RunAsync("pki", "issue", "payments", "--pki", pki, "--days", "7");
        Assert.StartsWith(
            $"wrote {pki}/clients/payments.pem: spiffe://ledger.example.org/payments, valid, ", issued.Output,
            StringComparison.Ordinal);
        CliResult twice = await _ledger.RunAsync("pki", "issue", "payments", "--pki", pki);
        Assert.Equal(2, twice.Code);
        Assert.Contains("renew it instead", twice.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await _ledger.RunAsync("pki", "renew", "payments", "--pki", pki)).Code);
        Assert.Equal(0, (await _ledger.RunAsync("pki", "renew", "server", "--pki", pki)).Code);
        using JsonDocument list = JsonDocument.Parse(
            (await _ledger.RunAsync("pki", "list", "--pki", pki, "--json")).Output);
        JsonElement[] payments = [.. list.RootElement.GetProperty("certificates").EnumerateArray()
            .Where(item => item.GetProperty("name").GetString() == "spiffe://ledger.example.org/payments")];
        Assert.Equal(2, payments.Length);
        Assert.Single(payments, item => item.GetProperty("in_use").GetBoolean());
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_told_before_anything_is_sent()
    {
        await _ledger.RunAsync("init", In("made"), "--name", "ledger.example.org");
        Mtls.ShiftedTime time = new();
        time.Move(TimeSpan.FromDays(93));
        LedgerCli later = new(Path.Combine(In("made"), "ledger.yaml")) { Time = time };
        CliResult result = await later.RunAsync("read", "demo");
        Assert.Equal(2, result.Code);
        Assert.Contains("reader.pem expired 3 days ago", result.Errors, StringComparison.Ordinal);
        Assert.Contains("`ledger pki renew reader`", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_made_and_shown_for_each_ledger()
    {
        string key = In("signing.pem");
        Assert.Equal(0, (await _ledger.RunAsync("key", "new", key)).Code);
        Assert.Equal(2, (await _ledger.RunAsync("key", "new", key)).Code);
        CliResult shown = await _ledger.RunAsync("key", "show", key, "--name", "example.org", "a", "b");
        string[] vkeys = shown.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(2, vkeys.Length);
        Assert.StartsWith("example.org/b+", vkeys[1], StringComparison.Ordinal);

        Assert.Equal("trusted: example.org/a\n", (await _ledger.RunAsync("trust", "add", vkeys[0])).Output);
        Assert.Equal("trusted already: example.org/a\n", (await _ledger.RunAsync("trust", "add", vkeys[0])).Output);
        Assert.Equal(vkeys[0] + "\n", (await _ledger.RunAsync("trust", "list")).Output);
        string other = In("other.pem");
        await _ledger.RunAsync("key", "new", other);
        CliResult second = await _ledger.RunAsync("key", "show", other, "--name", "example.org", "a");
        CliResult refused = await _ledger.RunAsync("trust", "add", second.Output.Trim());
        Assert.Equal(2, refused.Code);
        Assert.Contains("another key of example.org/a is trusted", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await _ledger.RunAsync("trust", "remove", "example.org/a")).Code);
        Assert.Equal(string.Empty, (await _ledger.RunAsync("trust", "list")).Output);
    }

    [Fact]
    public async Task A_policy_is_checked_explained_and_reviewed()
    {
        string file = In("policy.yaml");
        await File.WriteAllTextAsync(file, Policy);
        CliResult check = await _ledger.RunAsync("policy", "check", file);
        Assert.EndsWith("valid: 1 identities, 1 roles, 1 bindings\n", check.Output, StringComparison.Ordinal);
        CliResult explained = await _ledger.RunAsync("policy", "explain", file, "anna", "--ledger", "payments.eu");
        Assert.Contains("read on payments.eu: allowed", explained.Output, StringComparison.Ordinal);
        Assert.Contains("append on payments.eu: denied", explained.Output, StringComparison.Ordinal);
        CliResult review = await _ledger.RunAsync("policy", "review", file, "payments.eu");
        Assert.Contains("payments.eu: anna may read", review.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "version: 1\ntrust_domain: example.org\nidentitys: {}\n");
        CliResult wrong = await _ledger.RunAsync("policy", "check", file);
        Assert.Equal(2, wrong.Code);
        Assert.Contains($"{file}:3:1: error:", wrong.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_store_is_a_second_profile()
    {
        await _ledger.RunAsync("init", In("first"), "--name", "first.example.org");
        CliResult second = await _ledger.RunAsync("init", In("second"), "--name", "second.example.org");
        Assert.Contains("export LEDGER_PROFILE=second.example.org", second.Output, StringComparison.Ordinal);
        CliResult status = await _ledger.RunAsync("status");
        Assert.Contains("first.example.org", status.Errors, StringComparison.Ordinal);
        status = await _ledger.RunAsync("status", "--profile", "second.example.org");
        Assert.Contains("second.example.org", status.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init", "made", "--name", "example")]
    [InlineData("key", "new", "k.pem")]
    [InlineData("key", "show", "signing.pem", "--name", "example", "a")]
    [InlineData("trust", "list")]
    [InlineData("policy", "check", "policy.yaml")]
    [InlineData("policy", "explain", "policy.yaml", "anna")]
    [InlineData("policy", "explain", "policy.yaml", "anna", "--ledger", "a")]
    [InlineData("policy", "review", "policy.yaml")]
    [InlineData("policy", "review", "policy.yaml", "a")]
    [InlineData("doctor")]
    public async Task Every_answer_is_json_if_that_is_asked_for(params string[] arguments)
    {
        await _ledger.RunAsync("key", "new", In("signing.pem"));
        await File.WriteAllTextAsync(In("policy.yaml"), Policy);
        string[] command = [.. arguments.Select(word => word is "made" || Path.HasExtension(word) ? In(word) : word)];
        CliResult result = await _ledger.RunAsync([.. command, "--json"]);
        Assert.True(result.Code == 0, result.ToString());
        using JsonDocument answer = JsonDocument.Parse(result.Output);
        Assert.Equal(JsonValueKind.Object, answer.RootElement.ValueKind);
    }

    [Fact]
    public async Task A_configuration_with_a_mistake_names_its_line()
    {
        await File.WriteAllTextAsync(In("config.yaml"), "default: a\nprofiles:\n  a:\n    servre: https://x\n");
        CliResult result = await _ledger.RunAsync("trust", "list");
        Assert.Equal(2, result.Code);
        Assert.Contains("config.yaml:4: 'servre' is not known here", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_is_printed_and_answered(string shell)
    {
        Assert.Contains("suggest", (await _ledger.RunAsync("completions", shell)).Output, StringComparison.Ordinal);
        CliResult suggested = await _ledger.RunAsync("[suggest:9]", "ledger ve");
        Assert.Contains("verify", suggested.Output, StringComparison.Ordinal);
    }

    private string In(string file) => Path.Combine(_root, file);
}
