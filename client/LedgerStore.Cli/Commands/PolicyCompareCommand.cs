// `ledger policy diff` and `ledger policy test`: what a change of the policy means, and whether it says what is
// expected of it. Their exit codes are for scripts that review it. One thread.
using System.CommandLine;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Compares policies with each other, and with expectations.</summary>
internal static class PolicyCompareCommand
{
    private const string TestExtension = ".test";

    public static Command Diff(CommandBuilder builder)
    {
        Argument<string> old = new("old") { Description = "The policy in force" };
        Argument<string> changed = new("new") { Description = "The one that is to follow it" };
        return builder.Make(
            "diff",
            "Say who may do more or less by a new policy. Exit code 1: rights change, 0: none does\n\n"
            + "  ledger policy diff policy.yaml policy.new.yaml",
            [old, changed],
            run =>
            {
                PolicyDifference difference = PolicyDifference.Between(
                    PolicyCommand.Load(run.Get(old)), PolicyCommand.Load(run.Get(changed)));
                Print(run, difference);
                return Task.FromResult(difference.IsEmpty ? ExitCode.Done : ExitCode.NotVerified);
            });
    }

    public static Command Test(CommandBuilder builder)
    {
        Argument<string> file = new("file") { Description = "policy.yaml" };
        Argument<string?> expectations = new("expectations")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Lines such as `payments may append payments.eu: yes` (default: policy.test beside it)",
        };
        return builder.Make(
            "test",
            "Check that a policy says what is expected of it. Exit code 1: it does not\n\n"
            + "  ledger policy test policy.yaml\n"
            + "  ledger policy test policy.yaml expectations.txt",
            [file, expectations],
            run =>
            {
                string from = run.Find(expectations) ?? Path.ChangeExtension(run.Get(file), TestExtension);
                CompiledPolicy policy = PolicyCommand.Load(run.Get(file));
                PolicyTestResult[] results = [.. Read(from).Test(policy)];
                Print(run, from, results);
                return Task.FromResult(results.All(result => result.Holds) ? ExitCode.Done : ExitCode.NotVerified);
            });
    }

    private static PolicyExpectations Read(string file)
    {
        try
        {
            return PolicyExpectations.Parse(File.ReadAllText(file));
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"{file}: {wrong.Message}");
        }
    }

    private static void Print(Run run, PolicyDifference difference)
    {
        if (!run.IsJson)
        {
            run.Text(difference.ToString());
            return;
        }

        JsonOutput.Object(run, json =>
        {
            json.WriteBoolean("changes", !difference.IsEmpty);
            json.WriteStartArray("differences");
            foreach (PolicyDifferenceEntry entry in difference.Entries)
            {
                json.WriteStartObject();
                json.WriteString("kind", entry.Kind.ToString().ToLowerInvariant());
                json.WriteString("sign", $"{entry.Sign}");
                json.WriteString("identity", entry.Identity);
                json.WriteString(
                    "capability", entry.Capability is { } capability ? CapabilityNames.Of(capability) : null);
                json.WriteString("ledgers", entry.Pattern?.Text);
                json.WriteString("detail", entry.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static void Print(Run run, string file, PolicyTestResult[] results)
    {
        int failed = results.Count(result => !result.Holds);
        if (!run.IsJson)
        {
            foreach (PolicyTestResult result in results.Where(result => !result.Holds))
            {
                run.Line($"{file}:{result.Expectation.At.Line}: {result.Expectation}; but {result.Reason}");
            }

            run.Verdict(failed == 0, failed == 0
                ? $"all {results.Length} expectations hold"
                : $"{failed} of {results.Length} expectations do not hold");
            return;
        }

        JsonOutput.Object(run, json =>
        {
            json.WriteBoolean("holds", failed == 0);
            json.WriteStartArray("expectations");
            foreach (PolicyTestResult result in results)
            {
                json.WriteStartObject();
                json.WriteString("expectation", result.Expectation.ToString());
                json.WriteNumber("line", result.Expectation.At.Line);
                json.WriteBoolean("holds", result.Holds);
                json.WriteString("reason", result.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
