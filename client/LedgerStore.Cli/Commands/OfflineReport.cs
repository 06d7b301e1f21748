// How the verification of a file or directory without a server ends: the same words, JSON and exit codes for all of
// them. One thread.
using System.Text.Json;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Reports on what was checked offline.</summary>
internal static class OfflineReport
{
    /// <summary>Runs a check; what does not verify, or is missing or none, is a verdict and no failure.</summary>
    public static int Guard(Run run, string place, Func<int> check)
    {
        try
        {
            return check();
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException)
        {
            return NotVerified(run, place, error.Message);
        }
    }

    /// <summary>Everything was checked, but for kept checkpoints of other sizes.</summary>
    /// <param name="isWhole">False: a part of what was named could not be checked; the lines say which.</param>
    public static int Verified(
        Run run,
        string place,
        OfflineTrust trust,
        Action<Utf8JsonWriter> fields,
        IReadOnlyList<string> lines,
        bool isWhole = true)
    {
        Verdict verdict = isWhole && trust.Uncompared == 0 ? Verdict.Verified : Verdict.NotWhole;
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", verdict == Verdict.Verified);
                json.WriteString("verdict", Verdicts.NameOf(verdict));
                fields(json);
                if (trust.Uncompared > 0)
                {
                    json.WriteNumber("checkpoints_not_compared", trust.Uncompared);
                }
            });
            return Verdicts.ExitCodeOf(verdict);
        }

        run.Verdict(verdict, place);
        foreach (string line in lines)
        {
            run.Line($"  {line}");
        }

        if (trust.Uncompared > 0)
        {
            run.Line($"  {trust.Uncompared} of the checkpoints that you kept are of another size: a file has no proof "
                + "that it continues them. `ledger verify LEDGER --trusted-checkpoint FILE` asks the server for one");
        }

        return Verdicts.ExitCodeOf(verdict);
    }

    public static int NotVerified(Run run, string place, string problem)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", false);
                json.WriteString("verdict", Verdicts.NameOf(Verdict.NotVerified));
                json.WriteString("problem", problem);
            });
        }
        else
        {
            run.Verdict(Verdict.NotVerified, place);
            run.Line($"  {problem}");
        }

        return ExitCode.NotVerified;
    }
}
