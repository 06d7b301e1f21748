// `ledger verify`: a receipt, evidence, a checkpoint, an exported bundle, a data directory, or a ledger of a running
// server, from the public key alone. Which one it is, the option says; it is never guessed. One thread.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>Verifies.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandBuilder builder)
    {
        VerifyArguments given = new();
        return builder.Make(
            "verify",
            "Verify from the public key alone; the first bad entry is named\n\n"
            + "Exit code 0: all that was named was checked. 1: it did not verify. 6: a part could not be checked.\n\n"
            + "  ledger verify demo                             every entry the server has\n"
            + "  ledger verify demo --hashes                    its tree alone, without the right to read\n"
            + "  ledger verify demo --index                     that its index leaves nothing out\n"
            + "  ledger verify --receipt demo-7.tlog-proof      a receipt, offline\n"
            + "  ledger verify --bundle demo-0-99               what `ledger export` wrote, offline\n"
            + "  ledger verify --checkpoint demo.checkpoint     a signed checkpoint, offline\n"
            + "  ledger verify --search answer.jsonl            what `ledger search --prove` wrote, offline\n"
            + "  ledger verify --evidence evidence.json         what somebody says that a log did\n"
            + "  ledger verify --data ./data --json             a data directory, offline\n"
            + "  ledger verify --data ./data --cold s3://audit-cold/prod    and what is in its bucket",
            given.All,
            run => RunAsync(run, given));
    }

    private static async Task<int> VerifySearchAsync(Run run, string place, string? fields, OfflineTrust trust) =>
        SearchVerification.Run(
            run, place, fields is null ? null : await SpecOptions.LoadAsync(run, fields).ConfigureAwait(false), trust);

    private static Task<int> RunAsync(Run run, VerifyArguments given)
    {
        Option<string?>? target = given.TargetOf(run);
        string place = target is null ? run.Find(given.Ledger)! : run.Get(target)!;
        IReadOnlyList<string> keys = run.Get(given.Vkeys) ?? [];
        IReadOnlyList<string> kept = run.Get(given.Checkpoints) ?? [];
        if (target == given.Data)
        {
            ColdPlace cold = ColdPlace.Parse(
                run.Get(given.Cold), run.Get(given.ColdEndpoint), run.Get(given.ColdRegion));
            DirectoryTrust trust = new(keys, run.Get(given.PublicName), kept, run.Get(given.Anchor), cold);
            return DirectoryVerification.RunAsync(
                run, place, trust, run.Get(given.Snapshot), run.Get(given.Index));
        }

        if (target is null && run.Get(given.Index))
        {
            return IndexVerification.RunAsync(run, place, run.Get(given.SaveEvidence));
        }

        if (target is null)
        {
            LiveOptions live = new(One(keys), kept, run.Get(given.SaveEvidence), run.Get(given.From));
            return run.Get(given.Hashes)
                ? HashVerification.RunAsync(run, place, live)
                : LiveVerification.RunAsync(run, place, live);
        }

        OfflineTrust offline = new(run, One(keys), run.Get(given.Rotations) ?? [], kept);
        if (target == given.Search)
        {
            return VerifySearchAsync(run, place, run.Get(given.Fields), offline);
        }

        return Task.FromResult(
            target == given.Bundle ? BundleVerification.Run(run, place, offline)
            : target == given.Receipt ? VerifyReceipts(run, given, place, offline)
            : target == given.Evidence ? EvidenceVerification.Run(run, place, run.Get(given.Entry), offline)
            : CheckpointVerification.Run(run, place, offline));
    }

    private static int VerifyReceipts(Run run, VerifyArguments given, string place, OfflineTrust offline) =>
        !Directory.Exists(place) ? ReceiptVerification.Run(run, place, run.Get(given.Entry), offline)
        : run.IsGiven(given.Entry) ? throw new UsageException("--entry goes with one receipt, not with a directory")
        : ReceiptVerification.RunDirectory(run, place, offline);

    private static string? One(IReadOnlyList<string> keys) => keys.Count <= 1
        ? keys.Count == 0 ? null : keys[0]
        : throw new UsageException("only a data directory has several logs; give one --vkey");
}
