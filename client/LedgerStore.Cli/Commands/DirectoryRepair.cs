// `ledger scrub` with --repair-derived or --repair-claims: what can be made again from what is signed, in a data
// directory that no server has open. The engine does it. One thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Repairs a data directory.</summary>
internal static class DirectoryRepair
{
    public static int OfDerived(Run run, string directory) => Report(run, directory, StoreRepair.RepairDerived);

    public static int OfClaims(Run run, string directory) => Report(run, directory, StoreRepair.RepairClaims);

    private static int Report(Run run, string directory, Func<VerifyOptions, RepairReport> repair)
    {
        IReadOnlyList<VerifierKey> keys =
            TrustFile.Load(run.Settings.TrustPath).KeysOfStore(run.Settings.PublicName);
        RepairReport report = repair(DirectoryVerification.OptionsFor(directory, keys));
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
