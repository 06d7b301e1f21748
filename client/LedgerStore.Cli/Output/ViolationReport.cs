// Tells that a log contradicted itself, and keeps what shows it. One thread.
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>Prints violations.</summary>
internal static class ViolationReport
{
    /// <param name="file">Where the evidence goes; null: nowhere.</param>
    public static void Print(Run run, LedgerViolationException violation, string? file)
    {
        Evidence evidence = violation.Evidence;
        if (file is not null)
        {
            evidence.Save(file);
        }

        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", false);
                json.WriteString("verdict", Verdicts.NameOf(Verdict.NotVerified));
                json.WriteString("violation", evidence.Kind.ToString());
                json.WriteString("origin", evidence.Origin);
                json.WriteString("problem", evidence.Statement);
                if (evidence.Index is { } index)
                {
                    json.WriteNumber("first_bad_index", index);
                }

                json.WriteString("evidence", file);
            });
            return;
        }

        run.Verdict(Verdict.NotVerified, evidence.Origin);
        run.Line($"  {evidence.Statement}");
        run.Note(file is not null
            ? $"the evidence is in {file}; anybody can check it with `ledger verify --evidence {file}`"
            : "keep what shows it with --save-evidence FILE, and ask who runs the log");
    }
}
