// What `ledger verify` can be told. A fresh one for each command of a run.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>The arguments of the command.</summary>
internal sealed class VerifyArguments
{
    public Argument<string?> Target { get; } = new("target")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A receipt, evidence, an exported bundle, a data directory, or a ledger of the server",
    };

    public Option<string?> Data { get; } = new("--data")
    {
        HelpName = "DIR",
        Description = "A data directory, without a server",
    };

    public Option<string?> Receipt { get; } = new("--receipt")
    {
        HelpName = "FILE",
        Description = "A .tlog-proof, or evidence",
    };

    public Option<string?> Entry { get; } = new("--entry")
    {
        HelpName = "FILE",
        Description = "The entry's bytes, for a receipt that does not hold them",
    };

    public Option<string[]> Vkeys { get; } = new("--vkey")
    {
        HelpName = "VKEY",
        Description = "The log's key, instead of the trusted ones; a directory takes several",
    };

    public Option<string[]> Rotations { get; } = new("--rotation")
    {
        HelpName = "FILE",
        Description = "A statement by which the log changed its key, for a receipt; a bundle holds its own",
    };

    public Option<string?> PublicName { get; } = new("--public-name")
    {
        HelpName = "NAME",
        Description = "Whose data directory it is, if keys of several stores are trusted",
    };

    public Option<string[]> Checkpoints { get; } = new("--trusted-checkpoint")
    {
        HelpName = "FILE",
        Description = "An older checkpoint that you kept: what is verified must continue it",
    };

    public Option<bool> Snapshot { get; } = new("--snapshot")
    {
        Description = "The directory is a copy: do not look at its lock",
    };

    public Option<string?> Anchor { get; } = new("--anchor")
    {
        HelpName = "FILE",
        Description = "The store's anchor: what it says was signed must still be in the directory",
    };

    public Option<string?> Cold { get; } = new("--cold")
    {
        HelpName = "PLACE",
        Description = "The cold store, a directory or s3://BUCKET/PREFIX: read and hash what is there too",
    };

    public Option<string?> ColdEndpoint { get; } = new("--cold-endpoint")
    {
        HelpName = "URL",
        Description = "The address of an S3-compatible store (default: Amazon's)",
    };

    public Option<string?> ColdRegion { get; } = new("--cold-region")
    {
        HelpName = "REGION",
        Description = "The bucket's region (default: as the AWS tools find it, like the credentials)",
    };

    public Option<string?> Evidence { get; } = VerifyOptionsOf.Evidence();

    public Option<ulong> From { get; } = new("--from")
    {
        HelpName = "INDEX",
        Description = "Of a server: verify from here on",
    };

    /// <summary>In the order of the help.</summary>
    public Symbol[] All =>
    [
        Target, Data, Receipt, Entry, Vkeys, Rotations, PublicName, Checkpoints, Anchor, Cold, ColdEndpoint, ColdRegion,
        Snapshot, Evidence, From,
    ];
}
