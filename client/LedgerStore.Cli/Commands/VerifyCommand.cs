// `ledger verify`: a receipt, evidence, a data directory, or a ledger of a running server, from the public key alone.
// Which one it is, is told by an option, or by what the target is. One thread.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>Verifies.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string?> target = new("target")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A receipt, evidence, an exported bundle, a data directory, or a ledger of the server",
        };
        Option<string?> data = new("--data") { HelpName = "DIR", Description = "A data directory, without a server" };
        Option<string?> receipt = new("--receipt") { HelpName = "FILE", Description = "A .tlog-proof, or evidence" };
        Option<string?> entry = new("--entry")
        {
            HelpName = "FILE",
            Description = "The entry's bytes, for a receipt that does not hold them",
        };
        Option<string[]> vkeys = new("--vkey")
        {
            HelpName = "VKEY",
            Description = "The log's key, instead of the trusted ones; a directory takes several",
        };
        Option<string?> publicName = new("--public-name")
        {
            HelpName = "NAME",
            Description = "Whose data directory it is, if keys of several stores are trusted",
        };
        Option<string[]> checkpoints = new("--trusted-checkpoint")
        {
            HelpName = "FILE",
            Description = "An older checkpoint that you kept: what is verified must continue it",
        };
        Option<bool> snapshot = new("--snapshot") { Description = "The directory is a copy: do not look at its lock" };
        Option<string?> anchor = new("--anchor")
        {
            HelpName = "FILE",
            Description = "The store's anchor: what it says was signed must still be in the directory",
        };
        Option<string?> cold = new("--cold")
        {
            HelpName = "DIR",
            Description = "The directory of the cold store: read and hash what is there too",
        };
        Option<string?> evidence = VerifyOptionsOf.Evidence();
        Option<ulong> from = new("--from") { HelpName = "INDEX", Description = "Of a server: verify from here on" };
        return builder.Make(
            "verify",
            "Verify from the public key alone; the first bad entry is named. Exit code 1: it did not verify\n\n"
            + "  ledger verify demo                        every entry the server has\n"
            + "  ledger verify demo-7.tlog-proof           a receipt, offline\n"
            + "  ledger verify demo-0-99                   what `ledger export` wrote, offline\n"
            + "  ledger verify --data ./data --json        a data directory, offline",
            [target, data, receipt, entry, vkeys, publicName, checkpoints, anchor, cold, snapshot, evidence, from],
            run =>
            {
                string? found = run.Find(target);
                string? directory = run.Get(data) ?? (IsVerifiable(found) ? found : null);
                string? file = run.Get(receipt) ?? (File.Exists(found) ? found : null);
                IReadOnlyList<string> keys = run.Get(vkeys) ?? [];
                IReadOnlyList<string> kept = run.Get(checkpoints) ?? [];
                int given = (run.Get(data) is null ? 0 : 1) + (run.Get(receipt) is null ? 0 : 1)
                    + (found is null ? 0 : 1);
                return given != 1
                    ? throw new UsageException("say one thing to verify: a target, --data DIR or --receipt FILE")
                    : directory is not null && EvidenceBundle.IsIn(directory)
                        ? BundleVerification.Run(run, directory, One(keys), kept)
                    : file is not null ? ReceiptVerification.Run(run, file, run.Get(entry), One(keys), kept)
                    : directory is not null ? DirectoryVerification.RunAsync(
                        run, directory, new DirectoryTrust(
                            keys, run.Get(publicName), kept, run.Get(anchor), run.Get(cold)), run.Get(snapshot))
                    : LiveVerification.RunAsync(run, found!, One(keys), kept, run.Get(evidence), run.Get(from));
            });
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
