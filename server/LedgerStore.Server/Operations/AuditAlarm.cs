// One line in the log when what must be recorded cannot be, and one when it can again. Told by the server's timer.

namespace LedgerStore.Server.Operations;

/// <summary>Says what happens to the record of accesses, once.</summary>
internal sealed class AuditAlarm(ServerLog log, TimeProvider time)
{
    private DateTimeOffset? _since;

    /// <param name="cause">Why it could not be written just now; null when it was.</param>
    public void Tell(Exception? cause)
    {
        if (cause is not null && _since is null)
        {
            _since = time.GetUtcNow();
            log.AuditFailed(cause);
        }
        else if (cause is null && _since is { } began)
        {
            _since = null;
            log.AuditGoesOn(time.GetUtcNow() - began);
        }
    }

    /// <summary>The last attempt before the process ends: what was not written goes with it.</summary>
    public void TellLast(Exception? cause)
    {
        if (cause is not null)
        {
            log.AuditLost(cause);
        }
        else
        {
            Tell(null);
        }
    }
}
