// Options that several verifying commands share. A fresh one for each command of a run.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>Makes options of verification.</summary>
internal static class VerifyOptionsOf
{
    public static Option<string?> Vkey() => new("--vkey")
    {
        HelpName = "VKEY",
        Description = "The log's key, instead of the trusted one",
    };

    public static Option<string?> SaveEvidence() => new("--save-evidence")
    {
        HelpName = "FILE",
        Description = "If the log contradicts itself, write the evidence there",
    };

    public static Option<string?> TrustedCheckpoint() => new("--trusted-checkpoint")
    {
        HelpName = "FILE",
        Description = "An older checkpoint that you kept: the ledger must continue it",
    };
}
