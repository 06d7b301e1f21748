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
            Review(builder),
            PolicyCompareCommand.Diff(builder),
            PolicyCompareCommand.Test(builder),
        ]);

    private static Argument<string> FileArgument() => new("file") { Description = "policy.yaml" };

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

    private static Command Review(CommandBuilder builder)
    {
        Argument<string> file = FileArgument();
        Argument<string[]> ledgers = new("ledger")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Review these ledgers; without any, the rules",
        };
        Option<bool> live = new("--last-used")
        {
            Description = "Ask the server for its ledgers, and read in _audit when each right was last used",
        };
        return builder.Make(
            "review",
            "List who may do what, for the access review\n\n"
            + "  ledger policy review policy.yaml --last-used --as auditor",
            [file, ledgers, live],
            run => ReviewAsync(run, Load(run.Get(file)), run.Find(ledgers) ?? [], run.Get(live)));
    }

    private static async Task<int> ReviewAsync(Run run, CompiledPolicy policy, string[] ledgers, bool isLive)
    {
        LastUse use = isLive ? await LastUse.ReadAsync(run).ConfigureAwait(false) : LastUse.Unknown;
        string[] names = ledgers.Length > 0 ? ledgers : [.. use.Ledgers];
        if (names.Length == 0)
        {
            if (run.IsJson)
            {
                PrintGrants(run, policy.Review());
                return ExitCode.Done;
            }

            foreach (PolicyGrant grant in policy.Review())
            {
                run.Line(grant.ToString());
            }

            return ExitCode.Done;
        }

        LedgerRight[] rights = [.. policy.ReviewLedgers(names, use.Find)];
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteStartArray("rights");
                foreach (LedgerRight right in rights)
                {
                    json.WriteStartObject();
                    json.WriteString("ledger", right.Ledger);
                    json.WriteString("identity", right.Identity);
                    json.WriteString("capability", CapabilityNames.Of(right.Capability));
                    json.WriteString("reason", right.Reason);
                    json.WriteString("last_used", right.LastUsed is { } time ? JsonOutput.Time(time) : null);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        }
        else
        {
            Array.ForEach(rights, right => run.Line(right.ToString()));
            if (isLive)
            {
                run.Note("appends are not in _audit: who appended, and when, is in the entries of each ledger");
            }
        }

        return ExitCode.Done;
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

    private static void PrintGrants(Run run, IReadOnlyList<PolicyGrant> grants) => JsonOutput.Object(run, json =>
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
