// docs/SECURITY.md shows policies; each block that opens with "# policy.yaml" is read here as an operator would.
using System.Text;
using System.Text.RegularExpressions;
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class SecurityDocumentTests
{
    private readonly string _document = Samples.RepositoryFile("docs", "SECURITY.md");

    [Fact]
    public void Every_policy_in_it_is_accepted_without_a_warning()
    {
        string[] policies = [.. Blocks("yaml").Where(b => b.StartsWith("# policy.yaml", StringComparison.Ordinal))];
        Assert.NotEmpty(policies);
        Assert.All(policies, p => Assert.Empty(PolicyDocument.Parse(Encoding.UTF8.GetBytes(p)).Diagnostics));
    }

    [Fact]
    public void Its_answers_about_the_example_are_the_ones_given()
    {
        CompiledPolicy policy = Samples.Compile(Blocks("yaml").First());
        foreach (string identity in new[] { "auditor", "operator", "payments" })
        {
            Assert.Contains(policy.Explain(identity).ToString(), Blocks("text"));
        }
    }

    [Fact]
    public void Its_wrong_policies_give_the_messages_it_shows()
    {
        string[] wrong = [.. Blocks("yaml").Where(b => b.StartsWith("# wrong", StringComparison.Ordinal))];
        Assert.NotEmpty(wrong);
        Assert.All(wrong, p => Assert.Contains(
            string.Concat(Samples.Parse(p).Diagnostics.Select(d => $"policy.yaml:{d}\n")), Blocks("text")));
    }

    private IEnumerable<string> Blocks(string language) =>
        Regex.Matches(
                _document,
                $"^```{language}\n(?<text>.*?)^```",
                RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.NonBacktracking
                    | RegexOptions.ExplicitCapture)
            .Select(match => match.Groups["text"].Value);
}
