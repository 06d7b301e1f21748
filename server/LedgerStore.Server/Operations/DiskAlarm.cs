// One line in the log when the disk becomes full, and one when appends go on. Looked at by the server's timer.
using LedgerStore.Engine;
using LedgerStore.Server.Grpc;
using LedgerStore.Server.Hosting;

namespace LedgerStore.Server.Operations;

/// <summary>Says what happens to the disk, once.</summary>
internal sealed class DiskAlarm(
    Func<DiskFacts> disk, string data, HealthService health, ServerLog log, TimeProvider time)
{
    private const string Appender = "ledgerstore.v1.Appender";

    private DateTimeOffset? since;
    private bool? isServing;

    public void Look()
    {
        DiskFacts now = disk();
        if (now.IsFull && since is null)
        {
            since = now.Since;
            log.DiskFull(data, now.BytesToFree);
        }
        else if (!now.IsFull && since is { } began)
        {
            log.DiskHasSpace(data, time.GetUtcNow() - began);
            since = null;
        }

        if (isServing != !now.IsFull)
        {
            isServing = !now.IsFull;
            health.Set(Appender, !now.IsFull);
        }
    }
}
