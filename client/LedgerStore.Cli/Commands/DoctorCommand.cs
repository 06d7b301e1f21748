// `ledger doctor`: looks at everything that usually is in the way. Changes nothing but for one file that it makes and
// removes. One thread.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>How one check ended.</summary>
internal enum CheckResult
{
    Good,

    /// <summary>Worth a look; nothing fails because of it.</summary>
    Doubtful,

    Bad,
}

/// <summary>One check.</summary>
/// <param name="Detail">What was found, and what to do about it.</param>
internal sealed record Check(string Name, CheckResult Result, string Detail);

/// <summary>Looks for what is wrong.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Option<string?> data = new("--data")
        {
            HelpName = "DIR",
            Description = "Look at the file system of this directory",
        };
        return builder.Make(
            "doctor",
            "Check libraries, file system, clock, certificates and the server. Exit code 2: something is wrong\n\n"
            + "  ledger doctor --data /var/lib/ledgerstore",
            [data],
            async run =>
            {
                List<Check> checks =
                [
                    .. MachineChecks.Run(run.Get(data)),
                    .. await ConnectionChecks.RunAsync(run).ConfigureAwait(false),
                ];
                Print(run, checks);
                return checks.Exists(check => check.Result == CheckResult.Bad) ? ExitCode.Usage : ExitCode.Done;
            });
    }

    private static void Print(Run run, List<Check> checks)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteStartArray("checks");
                foreach (Check check in checks)
                {
                    json.WriteStartObject();
                    json.WriteString("name", check.Name);
                    json.WriteString("result", Word(check.Result));
                    json.WriteString("detail", check.Detail);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        TextTable.Write(
            run,
            ["check", "result", "detail"],
            [.. checks.Select(check => new[] { check.Name, Word(check.Result), check.Detail })]);
    }

    private static string Word(CheckResult result) => result switch
    {
        CheckResult.Good => "ok",
        CheckResult.Doubtful => "doubtful",
        _ => "WRONG",
    };
}
