// `ledger verify`: a receipt, evidence, a data directory, or a ledger of a running server, from the public key alone.
// Which one it is, is told by an option, or by what the target is. One thread.
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
            "Verify from the public key alone; the first bad entry is named. Exit code 1: it did not verify\n\n"
            + "  ledger verify demo                        every entry the server has\n"
            + "  ledger verify demo-7.tlog-proof           a receipt, offline\n"
            + "  ledger verify demo-0-99                   what `ledger export` wrote, offline\n"
            + "  ledger verify --data ./data --json        a data directory, offline\n"
            + "  ledger verify --data ./data --cold s3://audit-cold/prod    and what is in its bucket",
            given.All,
            run => RunAsync(run, given));
    }

    private static Task<int> RunAsync(Run run, VerifyArguments given)
    {
        IReadOnlyList<string> keys = run.Get(given.Vkeys) ?? [];
        IReadOnlyList<string> kept = run.Get(given.Checkpoints) ?? [];
        IReadOnlyList<string> rotations = run.Get(given.Rotations) ?? [];
        ColdPlace cold = ColdPlace.Parse(run.Get(given.Cold), run.Get(given.ColdEndpoint), run.Get(given.ColdRegion));
        return TargetOf(run.Find(given.Target), run.Get(given.Data), run.Get(given.Receipt)) switch
        {
            (Target.Bundle, var place) => BundleVerification.Run(run, place, One(keys), rotations, kept),
            (Target.File, var place) => ReceiptVerification.Run(
                run, place, run.Get(given.Entry), One(keys), rotations, kept),
            (Target.Directory, var place) => DirectoryVerification.RunAsync(
                run,
                place,
                new DirectoryTrust(keys, run.Get(given.PublicName), kept, run.Get(given.Anchor), cold),
                run.Get(given.Snapshot)),
            (_, var name) => LiveVerification.RunAsync(
                run, name, One(keys), kept, run.Get(given.Evidence), run.Get(given.From)),
        };
    }

    private enum Target
    {
        Ledger,
        Directory,
        Bundle,
        File,
    }

    private static (Target Kind, string Place) TargetOf(string? found, string? data, string? receipt)
    {
        int given = (data is null ? 0 : 1) + (receipt is null ? 0 : 1) + (found is null ? 0 : 1);
        if (given != 1)
        {
            throw new UsageException("say one thing to verify: a target, --data DIR or --receipt FILE");
        }

        if (found is not null && found.Contains('/') && !Path.Exists(found))
        {
            throw new UsageException(
                $"there is no file or directory {found}",
                "is the path right? It is looked for from the working directory");
        }

        string? directory = data ?? (IsVerifiable(found) ? found : null);
        string? file = receipt ?? (File.Exists(found) ? found : null);
        return directory is not null && EvidenceBundle.IsIn(directory) ? (Target.Bundle, directory)
            : file is not null ? (Target.File, file)
            : directory is not null ? (Target.Directory, directory)
            : (Target.Ledger, found!);
    }

    // Any other directory in the way may have a ledger's name by chance.
    private static bool IsVerifiable(string? directory) => directory is not null && Directory.Exists(directory)
        && (directory.Contains('/')
            || File.Exists(Path.Combine(directory, "store.json"))
            || EvidenceBundle.IsIn(directory));

    private static string? One(IReadOnlyList<string> keys) => keys.Count <= 1
        ? keys.Count == 0 ? null : keys[0]
        : throw new UsageException("only a data directory has several logs; give one --vkey");
}
