// What `ledger verify` can be told, and which option goes with which thing that is verified: one that does not is
// refused, never ignored. A fresh one for each command of a run.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>The arguments of the command.</summary>
internal sealed class VerifyArguments
{
    public Argument<string?> Ledger { get; } = new("ledger")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A ledger of the server",
    };

    public Option<string?> Data { get; } = Text("--data", "DIR", "A data directory, without a server");

    public Option<string?> Bundle { get; } = Text("--bundle", "DIR", "A directory that `ledger export` wrote");

    public Option<string?> Receipt { get; } = Text(
        "--receipt", "PATH", "A receipt, as `ledger prove` writes it, or a directory of them");

    public Option<string?> Evidence { get; } = Text(
        "--evidence", "FILE", "Evidence of a contradiction, as `verify` and `watch` save it");

    public Option<string?> Checkpoint { get; } = Text(
        "--checkpoint", "FILE", "A signed checkpoint, as `ledger checkpoint` writes it");

    public Option<string?> Search { get; } = Text(
        "--search", "FILE", "An answer with its proofs, as `ledger search --prove` writes it");

    public Option<string?> Fields { get; } = Text(
        "--fields", "FILE",
        "Of an answer: the fields that it must have been asked by, as `ledger fields show` prints them");

    public Option<string?> Entry { get; } = Text(
        "--entry", "FILE", "The entry's bytes: the receipt, or the evidence, must be about them");

    public Option<string[]> Vkeys { get; } = new("--vkey")
    {
        HelpName = "VKEY",
        Description = "The log's key, instead of the trusted ones; a data directory takes several",
    };

    public Option<string[]> Rotations { get; } = new("--rotation")
    {
        HelpName = "FILE",
        Description = "A statement by which the log changed its key; a bundle holds its own",
    };

    public Option<string?> PublicName { get; } = Text(
        "--public-name", "NAME", "Whose data directory it is, if keys of several stores are trusted");

    public Option<string[]> Checkpoints { get; } = new("--trusted-checkpoint")
    {
        HelpName = "FILE",
        Description = "An older checkpoint that you kept: what is verified must continue it",
    };

    public Option<bool> Snapshot { get; } = new("--snapshot")
    {
        Description = "The data directory is a copy: do not look at its lock",
    };

    public Option<string?> Anchor { get; } = Text(
        "--anchor", "FILE", "The store's anchor: what it says was signed must still be in the data directory");

    public Option<string?> Cold { get; } = Text(
        "--cold", "PLACE", "The cold store, a directory or s3://BUCKET/PREFIX: read and hash what is there too");

    public Option<string?> ColdEndpoint { get; } = Text(
        "--cold-endpoint", "URL", "The address of an S3-compatible store (default: Amazon's)");

    public Option<string?> ColdRegion { get; } = Text(
        "--cold-region", "REGION", "The bucket's region (default: as the AWS tools find it, like the credentials)");

    public Option<string?> SaveEvidence { get; } = VerifyOptionsOf.SaveEvidence();

    public Option<ulong> From { get; } = new("--from")
    {
        HelpName = "INDEX",
        Description = "Of a server: verify from here on",
    };

    public Option<bool> Hashes { get; } = new("--hashes")
    {
        Description = "Of a server: check the hash of every entry, and read none; the capability verify is enough",
    };

    public Option<bool> Index { get; } = new("--index")
    {
        Description = "Build the index of every complete segment again, and compare it with what was signed: of a "
            + "server's ledger only that, of a data directory that too",
    };

    /// <summary>In the order of the help.</summary>
    public Symbol[] All =>
    [
        Ledger, Data, Bundle, Receipt, Evidence, Checkpoint, Search, Fields, Entry, Vkeys, Rotations, Checkpoints,
        PublicName, Anchor, Cold, ColdEndpoint, ColdRegion, Snapshot, SaveEvidence, From,
        Hashes, Index,
    ];

    /// <summary>What is verified, as its option is called; null: a ledger of the server.</summary>
    /// <exception cref="UsageException">Nothing was named, or several things, or an option that does not go with
    /// it.</exception>
    public Option<string?>? TargetOf(Run run)
    {
        Option<string?>[] named = [.. Kinds.Keys.Where(run.IsGiven)];
        string? ledger = run.Find(Ledger);
        if (named.Length + (ledger is null ? 0 : 1) != 1)
        {
            throw new UsageException(
                "say one thing to verify: a LEDGER of the server, or "
                + string.Join(", ", Kinds.Keys.Select(option => $"{option.Name} {option.HelpName}")));
        }

        Option[] fitting = named is [var kind]
            ? [kind, .. Kinds[kind]]
            : run.Get(Index) ? [Index, SaveEvidence]
            : [Vkeys, Checkpoints, SaveEvidence, From, Hashes];
        foreach (Option option in All.OfType<Option>().Where(run.IsGiven).Except(fitting))
        {
            string target = named is [var one] ? one.Name : "a ledger of a server";
            throw new UsageException($"{option.Name} does not go with {target}: it would not be looked at");
        }

        return ledger is null ? named[0] : DemandLedger(ledger);
    }

    private Dictionary<Option<string?>, Option[]> Kinds => new()
    {
        [Data] = [Vkeys, PublicName, Checkpoints, Snapshot, Anchor, Cold, ColdEndpoint, ColdRegion, Index],
        [Bundle] = [Vkeys, Rotations, Checkpoints],
        [Receipt] = [Entry, Vkeys, Rotations, Checkpoints],
        [Evidence] = [Entry, Vkeys],
        [Checkpoint] = [Vkeys, Rotations, Checkpoints],
        [Search] = [Fields, Rotations],
    };

    // A path was given where a ledger belongs. What it is, is not guessed: whoever made the file would decide it.
    private static Option<string?>? DemandLedger(string ledger) => ledger.Contains('/') || ledger.EndsWith(
        ".tlog-proof", StringComparison.Ordinal)
        ? throw new UsageException(
            $"'{ledger}' is no ledger",
            "a file or directory is named by its option: --receipt, --bundle, --data, --evidence, --search or "
            + "--checkpoint")
        : null;

    private static Option<string?> Text(string name, string value, string description) => new(name)
    {
        HelpName = value,
        Description = description,
    };
}
