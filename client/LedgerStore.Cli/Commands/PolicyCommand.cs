// `ledger policy`: a policy file is checked, explained and reviewed before a server sees it. One thread.
using System.CommandLine;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Looks at policy files.</summary>
internal static class PolicyCommand
{
    public static Command Create(CommandBuilder builder) => CommandBuilder.Group(
        "policy",
        "Who may do what",
        [
            Check(builder),
            Explain(builder),
            PolicyReviewCommand.Create(builder),
            PolicyCompareCommand.Diff(builder),
            PolicyCompareCommand.Test(builder),
        ]);

    internal static Argument<string> FileArgument() => new("file") { Description = "policy.yaml" };

    private static Command Check(CommandBuilder builder)
    {
        Argument<string> file = FileArgument();
        return builder.Make(
            "check",
            "Check a policy; every mistake is told with line and column. Exit code 2: it would be refused\n\n"
            + "  ledger policy check policy.yaml",
            [file],
            run =>
            {
                PolicyParseResult result = PolicyDocument.Parse(File.ReadAllBytes(run.Get(file)));
                if (run.IsJson)
                {
                    WriteJson(run, result);
                }
                else
                {
                    foreach (PolicyDiagnostic diagnostic in result.Diagnostics)
                    {
                        run.Line($"{run.Get(file)}:{diagnostic}");
                    }

                    run.Line(result.Policy is { } policy
                        ? $"valid: {policy.Identities.Length} identities, {policy.Roles.Length} roles, "
                            + $"{policy.Bindings.Length} bindings"
                        : "not valid: a server would refuse it and keep the one it has");
                }

                return Task.FromResult(result.Policy is null ? ExitCode.Usage : ExitCode.Done);
            });
    }

    private static Command Explain(CommandBuilder builder)
    {
        Argument<string> file = FileArgument();
        Argument<string> identity = new("identity") { Description = "A name of the policy" };
        Option<string?> ledger = new("--ledger") { HelpName = "NAME", Description = "Decide for this ledger" };
        return builder.Make(
            "explain",
            "Say what an identity may do, and by which line\n\n"
            + "  ledger policy explain policy.yaml payments --ledger payments.eu",
            [file, identity, ledger],
            run =>
            {
                CompiledPolicy policy = Load(run.Get(file));
                if (run.Get(ledger) is { } name)
                {
                    PrintDecisions(run, policy, run.Get(identity), name);
                }
                else if (run.IsJson)
                {
                    PrintGrants(run, policy.Explain(run.Get(identity)).Grants);
                }
                else
                {
                    run.Text(policy.Explain(run.Get(identity)).ToString());
                }

                return Task.FromResult(ExitCode.Done);
            });
    }

    private static void PrintDecisions(Run run, CompiledPolicy policy, string identity, string ledger)
    {
        (Capability Asked, Decision Answer)[] decisions =
        [
            .. Enum.GetValues<Capability>()
                .Select(capability => (capability, policy.Decide(identity, capability, ledger))),
        ];
        if (!run.IsJson)
        {
            foreach ((Capability asked, Decision answer) in decisions)
            {
                run.Line($"{CapabilityNames.Of(asked)} on {ledger}: {answer}");
            }

            return;
        }

        JsonOutput.Object(run, json =>
        {
            json.WriteString("identity", identity);
            json.WriteString("ledger", ledger);
            json.WriteStartArray("decisions");
            foreach ((Capability asked, Decision answer) in decisions)
            {
                json.WriteStartObject();
                json.WriteString("capability", CapabilityNames.Of(asked));
                json.WriteBoolean("allowed", answer.Allowed);
                json.WriteString("reason", answer.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    internal static void PrintGrants(Run run, IReadOnlyList<PolicyGrant> grants) => JsonOutput.Object(run, json =>
    {
        json.WriteStartArray("grants");
        foreach (PolicyGrant grant in grants)
        {
            json.WriteStartObject();
            json.WriteString("identity", grant.Identity);
            json.WriteString("capabilities", grant.Capabilities.ToString());
            json.WriteString("ledgers", grant.Ledgers);
            json.WriteBoolean("store_wide", grant.IsStoreWide);
            json.WriteString("role", grant.Role);
            json.WriteNumber("binding", grant.BindingNumber);
            json.WriteNumber("line", grant.Line);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>A policy that a server would take.</summary>
    public static CompiledPolicy Load(string file)
    {
        PolicyParseResult result = PolicyDocument.Parse(File.ReadAllBytes(file));
        return result.Policy is { } policy
            ? CompiledPolicy.Compile(policy)
            : throw new UsageException(
                $"{file}:{result.Errors.First()}", $"`ledger policy check {file}` shows everything that is wrong");
    }

    private static void WriteJson(Run run, PolicyParseResult result) => JsonOutput.Object(run, json =>
    {
        json.WriteBoolean("valid", result.Policy is not null);
        json.WriteStartArray("diagnostics");
        foreach (PolicyDiagnostic diagnostic in result.Diagnostics)
        {
            json.WriteStartObject();
            json.WriteString("severity", diagnostic.Severity.ToString().ToLowerInvariant());
            json.WriteString("code", diagnostic.Code);
            json.WriteNumber("line", diagnostic.Line);
            json.WriteNumber("column", diagnostic.Column);
            json.WriteString("message", diagnostic.Message);
            json.WriteString("hint", diagnostic.Hint);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
