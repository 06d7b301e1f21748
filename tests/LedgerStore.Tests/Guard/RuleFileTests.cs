// A file of rules is right as a whole, or refused with everything that is wrong, each with line and column.

using System.Text;
using LedgerStore.Guard;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class RuleFileTests
{
    [Fact]
    public void What_is_built_in_is_right_and_says_what_to_do()
    {
        RuleFile file = RuleFileReader.BuiltIn();
        Assert.True(file.Rules.Count >= 14);
        Assert.All(file.Rules, static rule => Assert.EndsWith(".", rule.Do, StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_with_its_place()
    {
        string[] problems = Wrong("""
            version: 2
            ledgers:
              pay: { names: [pay, _audit], profile: ocfs }
            builtin: { without: [no-such] }
            rules:
              - rule: one
                kind: mtch
              - rule: two
                kind: count
                ledger: _audit
                at_least: 0
                within: soon
                where: ["nobody=x", "who>3"]
                by: [whoo]
                says: "{xyz}"
                do: d
                extra: 1
              - rule: two
                kind: hours
                ledger: _audit
                zone: Europe/Nowhere
                allowed: ["Mon 08:00-18:00"]
                says: s
                do: d
              - rule: guard-x
                kind: hours
                ledger: _audit
                allowed: ["Mon 18:00-08:00"]
                says: s
                do: d
            """);
        string[] places =
        [
            "1:10", "3:23", "3:41", "4:22", "7:11", "11:15", "12:13", "13:13", "13:25", "14:10", "15:11", "17:5",
            "18:11", "21:11", "25:11", "28:15",
        ];
        Assert.True(problems.Length > 5, string.Join('\n', problems));
        string[] told = [.. problems.Select(static one => string.Join(':', one.Split(':')[1..3]))];
        Assert.Equal(string.Join(' ', places), string.Join(' ', told));
    }

    [Theory]
    [InlineData("webhook: [{ url: \"http://example.org/x\" }]", "5:20")]
    [InlineData("webhook: [{ url: \"https://user:pw@example.org/x\" }]", "5:20")]
    [InlineData("mail: [{ host: mail.example.org, tls: none, from: a@b.org, to: [c@d.org] }]", "5:41")]
    [InlineData("mail: [{ host: localhost, from: nobody, to: [c@d.org] }]", "5:35")]
    [InlineData("syslog: [{ host: log.example.org, tls: none }]", "5:42")]
    [InlineData("pager: []", "5:3")]
    public void A_target_that_would_tell_secrets_or_nobody_is_refused(string target, string place)
    {
        string problem = Assert.Single(Wrong("version: 1\n\n\ndeliver:\n  " + target + "\n"));
        Assert.StartsWith("rules.yaml:" + place, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_of_the_file_has_the_place_of_a_built_in_one_of_its_name()
    {
        RuleFile file = Parse("""
            version: 1
            rules:
              - rule: policy-changed
                kind: match
                ledger: _audit
                severity: critical
                where: [event=policy]
                says: "changed at {index}"
                do: "ask"
            """);
        Rule rule = Assert.Single(file.Rules, static one => one.Name == "policy-changed");
        Assert.Equal(Severity.Critical, rule.Severity);
    }

    [Fact]
    public void The_hash_of_a_rule_is_of_all_that_decides_and_of_nothing_else()
    {
        const string Rule = "rules:\n- { rule: r, kind: match, ledger: _audit, says: s, do: d, where: [event=key] }\n";
        Rule one = Parse("version: 1\n" + Rule).Rules[^1];
        Rule same = Parse("# a comment\nversion: 1\nbuiltin: { without: [odd-hours] }\n" + Rule).Rules[^1];
        Rule other = Parse(
            "version: 1\n" + Rule.Replace("event=key", "event=hold", StringComparison.Ordinal)).Rules[^1];
        Assert.Equal(one.Hash, same.Hash);
        Assert.NotEqual(one.Hash, other.Hash);
    }

    private static RuleFile Parse(string text) => RuleFileReader.Parse(Encoding.UTF8.GetBytes(text), "rules.yaml");

    private static string[] Wrong(string text)
    {
        RuleFileException refused = Assert.Throws<RuleFileException>(() => Parse(text));
        return [.. refused.Problems];
    }
}
