// `ledger guard rules` and `ledger guard check`: what a guard looks for, and whether a file of rules is right. One
// thread.
using System.CommandLine;
using LedgerStore.Guard;

namespace LedgerStore.Cli;

/// <summary>Shows and checks rules.</summary>
internal static class GuardRules
{
    public static Command List(CommandBuilder builder)
    {
        Option<string?> rules = GuardCommand.RulesOption();
        Option<bool> text = new("--text") { Description = "The built-in rules as their file has them" };
        return builder.Make(
            "rules",
            "Show the rules of a file and those that are built in\n\n"
            + "  ledger guard rules\n"
            + "  ledger guard rules --text",
            [rules, text],
            run =>
            {
                if (run.Get(text))
                {
                    run.Text(RuleFileReader.BuiltInText());
                }
                else
                {
                    Print(run, GuardCommand.Load(run, run.Get(rules)));
                }

                return Task.FromResult(ExitCode.Done);
            });
    }

    public static Command Check(CommandBuilder builder)
    {
        Argument<string> file = new("file") { Description = "The file of rules" };
        return builder.Make(
            "check",
            "Check a file of rules; every mistake is told with line and column. Exit code 2: it would be refused\n\n"
            + "  ledger guard check alerts.yaml",
            [file],
            run =>
            {
                RuleFile read = GuardCommand.Load(run, run.Get(file));
                if (run.IsJson)
                {
                    Print(run, read);
                }
                else
                {
                    run.Line(
                        $"valid: {read.Rules.Count} rules with those that are built in, {read.Targets.Count} targets");
                }

                return Task.FromResult(ExitCode.Done);
            });
    }

    private static void Print(Run run, RuleFile file)
    {
        if (!run.IsJson)
        {
            TextTable.Write(
                run,
                ["rule", "kind", "ledger", "severity", "says"],
                [.. file.Rules.Select(static one => new[]
                {
                    one.Name, one.Kind.ToString().ToLowerInvariant(), one.Ledgers.Name,
                    AlertJson.NameOf(one.Severity), one.Says,
                })]);
            return;
        }

        JsonOutput.Object(run, json =>
        {
            json.WriteString("sha256", file.Sha256);
            json.WriteStartArray("rules");
            foreach (Rule rule in file.Rules)
            {
                json.WriteStartObject();
                json.WriteString("rule", rule.Name);
                json.WriteString("kind", rule.Kind.ToString().ToLowerInvariant());
                json.WriteString("ledger", rule.Ledgers.Name);
                json.WriteString("severity", AlertJson.NameOf(rule.Severity));
                json.WriteString("says", rule.Says);
                json.WriteString("do", rule.Do);
                json.WriteString("hash", rule.Hash);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
