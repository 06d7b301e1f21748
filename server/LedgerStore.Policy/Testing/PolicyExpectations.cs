// Expectations about a policy, a line each, and what a policy says to them: a review that can be repeated. Pure.
//
//   # comment
//   payments may append to payments.eu: yes
//   anna may read payments.eu: no
//   administrator may administer *: yes            * is the whole store
//   everybody may verify public.news: no           without a certificate
using System.Collections.Immutable;

namespace LedgerStore.Policy;

/// <summary>A file of expectations.</summary>
public sealed class PolicyExpectations
{
    private const string Form = "WHO may append|read|verify|administer LEDGER: yes|no";
    private const string Everybody = "everybody";
    private const string WholeStore = "*";

    private PolicyExpectations(ImmutableArray<PolicyExpectation> all) => All = all;

    public ImmutableArray<PolicyExpectation> All { get; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">A line is none; says which, and how one looks.</exception>
    public static PolicyExpectations Parse(string text)
    {
        ImmutableArray<PolicyExpectation>.Builder all = ImmutableArray.CreateBuilder<PolicyExpectation>();
        string[] lines = text.Split('\n');
        for (int number = 1; number <= lines.Length; number++)
        {
            string line = lines[number - 1].Split('#')[0].Trim();
            if (line.Length > 0)
            {
                all.Add(Read(line, number));
            }
        }

        return all.Count > 0
            ? new PolicyExpectations(all.ToImmutable())
            : throw new FormatException($"there is no expectation in it; a line is: {Form}");
    }

    /// <summary>Asks a policy.</summary>
    public IEnumerable<PolicyTestResult> Test(CompiledPolicy policy) => All.Select(one => Test(policy, one));

    private static PolicyTestResult Test(CompiledPolicy policy, PolicyExpectation expected)
    {
        if (expected.Identity is not { } identity)
        {
            bool isOpen = expected.Capability == Capability.Verify
                && expected.Ledger is { } ledger && policy.AllowsAnonymousTiles(ledger);
            return new PolicyTestResult(
                expected,
                isOpen == expected.IsAllowed,
                isOpen ? "allowed: anonymous_tiles" : "denied: not open to all");
        }

        // A name that was mistyped may do nothing: that proves nothing.
        if (policy.RulesOf(identity) is null)
        {
            return new PolicyTestResult(expected, false, $"the policy has no identity {Quoted.Text(identity)}");
        }

        Decision decision = expected.Ledger is { } name
            ? policy.Decide(identity, expected.Capability, name)
            : policy.DecideStoreWide(identity, expected.Capability);
        return new PolicyTestResult(expected, decision.Allowed == expected.IsAllowed, decision.ToString());
    }

    private static PolicyExpectation Read(string line, int number)
    {
        int colon = line.LastIndexOf(':');
        string[] words = (colon < 0 ? line : line[..colon]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string answer = colon < 0 ? string.Empty : line[(colon + 1)..].Trim();
        if (words is [_, _, _, "to" or "on", _])
        {
            words = [.. words[..3], words[4]];
        }

        if (words is not [var who, "may", var what, var where]
            || !CapabilityNames.TryParse(what, out Capability capability)
            || answer is not ("yes" or "no")
            || !(who == Everybody || Names.IsName(who))
            || !(where == WholeStore || Names.IsLedger(where)))
        {
            throw new FormatException($"line {number} is no expectation: {Quoted.Text(line)}; a line is: {Form}");
        }

        return new PolicyExpectation(
            who == Everybody ? null : who,
            capability,
            where == WholeStore ? null : where,
            answer == "yes",
            new SourcePosition(number, 1));
    }
}
