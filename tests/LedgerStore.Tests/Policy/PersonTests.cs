// Persons in the policy: who is known by a subject or a group, what a binding may give them, and what it may demand.
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class PersonTests
{
    private const string Issuer = "https://login.example.org";

    private const string Good = """
        version: 1
        trust_domain: example.org
        identities:
          reader: { uri: spiffe://example.org/reader }
          anna:   { oidc: { issuer: "https://login.example.org", subject: "42" } }
          staff:  { oidc: { issuer: "https://login.example.org", group: staff } }
          guests: { oidc: { issuer: "https://login.example.org", group: guests } }
        roles:
          look: [read, verify]
          check: [verify]
          write: [append]
        bindings:
          - { role: look,  identities: [anna], ledgers: ["pay.*"], sign_in: { acr: gold, amr: mfa, max_age: 15m } }
          - { role: check, identities: [anna, staff], ledgers: ["*"] }
          - { role: look,  identities: [reader], ledgers: ["*"] }

        """;

    private static readonly DateTimeOffset s_now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Issuer, "42", "", "anna")]
    [InlineData(Issuer, "42", "staff guests", "anna")]
    [InlineData(Issuer, "43", "staff other", "staff")]
    [InlineData(Issuer, "43", "staff staff", "staff")]
    [InlineData(Issuer, "43", "staff guests", null)]
    [InlineData(Issuer, "43", "", null)]
    [InlineData(Issuer, "staff", "42", null)]
    [InlineData("https://login.example.com", "42", "staff", null)]
    [InlineData("https://login.example.org/", "42", "staff", null)]
    public void A_person_is_known_by_the_subject_or_by_one_group(
        string issuer, string subject, string groups, string? name) =>
        Assert.Equal(name, Samples.Compile(Good).IdentifyPerson(
            issuer, subject, groups.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Name);

    [Fact]
    public void A_certificate_is_never_a_person() =>
        Assert.Null(Samples.Compile(Good).Identify("spiffe://example.org/anna", new byte[32]).Name);

    [Theory]
    [InlineData("gold", "pwd mfa", 14, true)]
    [InlineData("silver", "mfa", 1, false)]
    [InlineData("", "mfa", 1, false)]
    [InlineData("gold", "pwd", 1, false)]
    [InlineData("gold", "mfa", 16, false)]
    public void A_binding_counts_for_the_sign_in_that_it_demands(string acr, string amr, int minutes, bool isEnough)
    {
        Decision decision = Samples.Compile(Good).Decide("anna", Capability.Read, "pay.out");
        Assert.True(decision.Allowed);
        SignInFacts facts = new(acr, [.. amr.Split(' ')], s_now - TimeSpan.FromMinutes(minutes));
        string? missing = decision.SignIn!.Missing(facts, s_now);
        Assert.Equal(isEnough, missing is null);
        Assert.Equal(
            "a sign-in of class \"gold\", with method \"mfa\", at most 15 min old", decision.SignIn.ToString());
    }

    [Theory]
    [InlineData("subject: \"42\" }", "subject: \"42\", group: staff }", "has both subject and group")]
    [InlineData(", subject: \"42\"", "", "has neither subject nor group")]
    [InlineData("subject: \"42\"", "subject: \"\\u00e4\"", "printable letters")]
    [InlineData("anna:   { oidc", "anna:   { uri: spiffe://example.org/anna, oidc", "exactly one of them")]
    [InlineData("\"https://login.example.org\", subject", "\"http://login.example.org\", subject", "is no issuer")]
    [InlineData("group: guests", "group: staff", "is recognised by the same sign-in")]
    [InlineData("look: [read, verify]", "look: [read, append]", "a page can only read and verify")]
    [InlineData("look: [read, verify]", "look: [read, administer]", "a page can only read and verify")]
    [InlineData("identities: [anna], l", "identities: [anna, reader], l", "a certificate cannot show")]
    [InlineData("max_age: 15m", "max_age: 15d", "is no time from 1m to 24h")]
    [InlineData("max_age: 15m", "max_age: 25h", "is no time from 1m to 24h")]
    [InlineData("{ acr: gold, amr: mfa, max_age: 15m }", "{}", "demands nothing")]
    public void What_would_be_unsafe_or_unclear_is_refused(string was, string now, string why)
    {
        string changed = Good.Replace(was, now, StringComparison.Ordinal);
        Assert.NotEqual(Good, changed);
        PolicyParseResult result = Samples.Parse(changed);
        Assert.Null(result.Policy);
        Assert.Contains(result.Diagnostics, each => each.ToString().Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void A_demand_that_falls_away_is_a_change()
    {
        string eased = Good.Replace(", sign_in: { acr: gold, amr: mfa, max_age: 15m }", "", StringComparison.Ordinal);
        PolicyDifference difference = PolicyDifference.Between(Samples.Compile(Good), Samples.Compile(eased));
        Assert.All(difference.Entries, each => Assert.Equal(PolicyChangeKind.SignIn, each.Kind));
        Assert.Contains(difference.Entries, each => each.ToString().Contains(
            "anna read on \"pay.*\": a sign-in of class \"gold\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_demand_behind_a_rule_that_has_none_is_warned_of()
    {
        string[] lines = Good.Split('\n');
        int at = Array.FindIndex(lines, line => line.Contains("sign_in", StringComparison.Ordinal));
        (lines[at], lines[at + 1]) = (lines[at + 1].Replace("role: check", "role: look"), lines[at]);
        Assert.Contains(
            Samples.Parse(string.Join('\n', lines)).Diagnostics,
            each => each.ToString().Contains("no sign-in of its own", StringComparison.Ordinal));
    }
}
