// What the process says when it ends, for service managers and scripts. Constants.
namespace LedgerStore.Server.Config;

/// <summary>Exit codes of the server.</summary>
internal static class ExitCode
{
    public const int Clean = 0;

    /// <summary>Bad usage or configuration; the message says what and where.</summary>
    public const int Configuration = 2;

    /// <summary>Another process has the data directory.</summary>
    public const int InUse = 4;

    /// <summary>Files that all ledgers share are damaged.</summary>
    public const int Corruption = 5;

    /// <summary>The data is older than, or differs from, what was signed.</summary>
    public const int Rollback = 6;

    /// <summary>The signing key is missing, is another one, or can be read by others.</summary>
    public const int Key = 7;

    /// <summary>The disk is too full to start: nothing is lost, and the message says how much to free.</summary>
    public const int DiskFull = 8;

    /// <summary>The files of <c>_audit</c> are damaged: nothing could be recorded.</summary>
    public const int AuditDamaged = 9;

    /// <summary>A write or sync failed: the store has stopped.</summary>
    public const int StorageFailure = 70;
}
