// What the intake itself says in its log. Any thread.
using Microsoft.Extensions.Logging;

namespace LedgerStore.Intake.Hosting;

internal sealed partial class IntakeLog(ILogger logger)
{
    [LoggerMessage(
        LogLevel.Information, "the source {Source} is stored in the ledger {Ledger}; it listens on {Address}")]
    public partial void Serving(string source, string ledger, string address);

    [LoggerMessage(LogLevel.Information, "the configuration was changed and holds: {Change}")]
    public partial void Reloaded(string change);

    [LoggerMessage(LogLevel.Error, "the configuration was changed and is refused; the old one holds on: {Problem}")]
    public partial void ReloadRefused(string problem);

    [LoggerMessage(
        LogLevel.Critical,
        "the spool of {Source} has failed: {Reason}. Nothing more is acknowledged, and the process ends; look at the "
        + "disk, then start again")]
    public partial void SpoolFailed(string source, string reason);

    [LoggerMessage(LogLevel.Information, "stopped")]
    public partial void Stopped();
}
