// What the server itself says in its log. Any thread.
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Operations;

/// <summary>The server's log lines.</summary>
internal sealed partial class ServerLog(ILogger logger)
{
    [LoggerMessage(LogLevel.Error, "a file is not kept as it must be: {Problem}")]
    public partial void Unsafe(string problem);

    [LoggerMessage(LogLevel.Critical, "the store has stopped: nothing more is acknowledged; the process ends")]
    public partial void StoreFailed(Exception error);

    [LoggerMessage(
        LogLevel.Error,
        "accesses cannot be recorded in _audit, and calls are refused until they can; what waits is tried again each "
        + "second")]
    public partial void AuditFailed(Exception error);

    // Not Information: whoever was told of the beginning is told of the end.
    [LoggerMessage(LogLevel.Warning, "accesses are recorded in _audit again, what waited too, after {Duration}")]
    public partial void AuditGoesOn(TimeSpan duration);

    [LoggerMessage(
        LogLevel.Error,
        "the server ends, and sums of accesses or events that waited could not be recorded: _audit lacks them")]
    public partial void AuditLost(Exception error);

    [LoggerMessage(
        LogLevel.Error,
        "the disk of {Data} is full: appends are refused, reads and expiry go on. Free {BytesToFree} bytes there; "
        + "appends go on by themselves then")]
    public partial void DiskFull(string data, long bytesToFree);

    // Not Information: whoever was told of the beginning is told of the end.
    [LoggerMessage(LogLevel.Warning, "there is space in {Data} again: appends go on, after {Duration}")]
    public partial void DiskHasSpace(string data, TimeSpan duration);

    [LoggerMessage(LogLevel.Information, "serving {Address}, {Ledgers} ledgers, data in {Data}")]
    public partial void Serving(Uri address, int ledgers, string data);

    [LoggerMessage(LogLevel.Warning, "the policy was changed while the server was down: {Difference}")]
    public partial void PolicyChangedWhileDown(string difference);

    [LoggerMessage(
        LogLevel.Warning,
        "the store is served for reading only: verify calls, and nothing is appended, signed or recorded in _audit")]
    public partial void ReadOnly();

    [LoggerMessage(
        LogLevel.Error,
        "ledger '{Ledger}' is damaged, takes no appends and is served around the damage: {What}. Keep a copy of its "
        + "files, put them back from a backup, and start again")]
    public partial void Damaged(string ledger, string what);
}
