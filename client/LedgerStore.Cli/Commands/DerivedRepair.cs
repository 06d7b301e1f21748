// `ledger scrub --repair-derived`: tiles, directories and kept roots are made anew from entries that something vouches
// for. The engine does it. One thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Repairs a data directory.</summary>
internal static class DerivedRepair
{
    public static int Run(Run run, string directory)
    {
        IReadOnlyList<VerifierKey> keys =
            TrustFile.Load(run.Settings.TrustPath).KeysOfStore(run.Settings.PublicName);
        RepairReport report = StoreRepair.RepairDerived(DirectoryVerification.OptionsFor(directory, keys));
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteNumber("repaired", report.Repaired.Count);
                json.WriteStartArray("left");
                foreach (VerifyFinding finding in report.Left)
                {
                    json.WriteStringValue($"{DirectoryVerification.Where(finding)}: {finding.Evidence}");
                }

                json.WriteEndArray();
            });
        }
        else
        {
            foreach (VerifyFinding finding in report.Repaired)
            {
                run.Line($"repaired: {DirectoryVerification.Where(finding)}");
            }

            foreach (VerifyFinding finding in report.Left)
            {
                run.Line($"left as it is: {DirectoryVerification.Where(finding)}");
                run.Line($"  {finding.Evidence}");
            }

            run.Line($"{report.Repaired.Count} repaired, {report.Left.Count} left");
        }

        return report.Left.Count == 0 ? ExitCode.Done : ExitCode.NotVerified;
    }
}
