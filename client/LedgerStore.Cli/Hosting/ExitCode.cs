// How `ledger` ends; scripts rely on these numbers. Constants.
namespace LedgerStore.Cli;

/// <summary>Exit codes of every command.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Something was checked and is not what was signed.</summary>
    public const int NotVerified = 1;

    /// <summary>Wrong usage, or a file or setting on this machine that is missing or wrong.</summary>
    public const int Usage = 2;

    /// <summary>No server answered.</summary>
    public const int Unreachable = 3;

    /// <summary>The server does not let this identity do it.</summary>
    public const int Denied = 4;

    /// <summary>The server answered with any other error.</summary>
    public const int ServerError = 5;

    /// <summary>Nothing contradicts anything, and a part of what was named could not be checked.</summary>
    public const int NotWhole = 6;

    /// <summary>Interrupted, as shells number it.</summary>
    public const int Interrupted = 130;
}
