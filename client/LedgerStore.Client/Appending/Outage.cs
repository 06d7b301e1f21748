// Whether the ledger takes no records at the moment, for whoever reads logs: told once when that begins, and once when
// it is over.
// Run by the sender: its loop reports failures while there is no stream, its receiving half reports answers.

using Microsoft.Extensions.Logging;

namespace LedgerStore.Client;

internal sealed partial class Outage(ILogger logger, TimeProvider time, AppendQueue queue, string ledger, Uri address)
{
    // When it began; 0: there is none. Read by any thread that asks for the status.
    private long _since;

    /// <summary>How long the ledger has taken no records; zero: it does.</summary>
    internal TimeSpan Duration => Volatile.Read(ref _since) is var from and not 0 ? time.GetElapsedTime(from) : default;

    /// <summary>An attempt failed, and there will be another one.</summary>
    internal void Failed(Exception error)
    {
        if (_since == 0)
        {
            Volatile.Write(ref _since, Math.Max(1, time.GetTimestamp()));
            TakesNone(logger, ledger, address, error.Message, queue.Outstanding);
        }
    }

    /// <summary>A batch is about to be answered.</summary>
    internal void Worked()
    {
        if (_since != 0)
        {
            TakesAgain(logger, ledger, address, Math.Round(Duration.TotalSeconds, 1), queue.Outstanding);
            Volatile.Write(ref _since, 0);
        }
    }

    /// <summary>Records were given up while the application goes on.</summary>
    internal void GaveUp(int records, string reason) => Lost(logger, ledger, records, reason);

    [LoggerMessage(
        LogLevel.Warning,
        "the ledger {Ledger} at {Address} takes no records: {Reason}; {Waiting} wait, and it is tried on")]
    private static partial void TakesNone(ILogger logger, string ledger, Uri address, string reason, ulong waiting);

    [LoggerMessage(
        LogLevel.Warning, "the ledger {Ledger} at {Address} takes records again after {Seconds} s; {Waiting} waited")]
    private static partial void TakesAgain(
        ILogger logger, string ledger, Uri address, double seconds, ulong waiting);

    [LoggerMessage(LogLevel.Error, "{Records} records for the ledger {Ledger} were given up: {Reason}")]
    private static partial void Lost(ILogger logger, string ledger, int records, string reason);
}
