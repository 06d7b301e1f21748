// One line in the log when the disk becomes full, and one when appends go on. Looked at by the server's timer.
using Grpc.HealthCheck;
using LedgerStore.Engine;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace LedgerStore.Server.Operations;

/// <summary>Says what happens to the disk, once.</summary>
internal sealed class DiskAlarm(
    Func<DiskFacts> disk, string data, HealthServiceImpl health, ServerLog log, TimeProvider time)
{
    private const string Appender = "ledgerstore.v1.Appender";

    private DateTimeOffset? _since;
    private bool? _isServing;

    public void Look()
    {
        DiskFacts now = disk();
        if (_since is { } began && (!now.IsFull || now.Since != began))
        {
            // With another beginning it ended and began again between two looks.
            log.DiskHasSpace(data, (now.IsFull ? now.Since ?? began : time.GetUtcNow()) - began);
            _since = null;
        }

        if (now.IsFull && _since is null)
        {
            _since = now.Since;
            log.DiskFull(data, now.BytesToFree);
        }

        if (_isServing != !now.IsFull)
        {
            _isServing = !now.IsFull;
            health.SetStatus(Appender, now.IsFull ? ServingStatus.NotServing : ServingStatus.Serving);
        }
    }
}
