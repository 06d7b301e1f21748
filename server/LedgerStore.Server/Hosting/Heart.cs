// What a server does once a second: sums of accesses are written, open streams are looked at again, and a store that
// has failed ends the process. One task, from Start to StopAsync.
using Grpc.HealthCheck;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Disk;
using LedgerStore.Server.Operations;
using LedgerStore.Server.Rights;

namespace LedgerStore.Server.Hosting;

/// <summary>The server's timer.</summary>
internal sealed class Heart(
    HostSettings settings,
    AccessRecorder recorder,
    AuditLog audit,
    OpenStreams streams,
    DiskWatch disk,
    History history,
    HealthServiceImpl health,
    ServerLog log)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly DiskAlarm _alarm = new(
        () => settings.Store.Disk, settings.Config.Data, health, log, settings.Time);

    private readonly AuditAlarm _auditAlarm = new(log, settings.Time);
    private readonly ClockWatch _clock = new(settings.Events, settings.Time);
    private readonly DiskForewarning _disk = new(() => disk.FullIn, settings.Events.Add, settings.Time);
    private readonly CertificateForewarning _certificate = new(
        () => settings.Trust.Current.ServerCertificate.Report, settings.Events.Add, settings.Time);

    private readonly SafetyWatch _safety = new(settings.Config, settings.Events, log, settings.Time);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _beating = Task.CompletedTask;

    /// <summary>Completes when the store has failed.</summary>
    public Task<Exception> Failure => _failure.Task;

    public void Start() => _beating = BeatAsync();

    /// <summary>Stops, and writes what is still to be written.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        _stopping.Dispose();
        await recorder.FlushAllAsync().ConfigureAwait(false);
        _auditAlarm.TellLast(await RecordAsync().ConfigureAwait(false));
    }

    private async Task BeatAsync()
    {
        using PeriodicTimer timer = new(s_interval, settings.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (settings.Store.Failure is { } cause)
                {
                    log.StoreFailed(cause);
                    _failure.TrySetResult(cause);
                    return;
                }

                _clock.Look();
                disk.Look();
                history.Look();
                _disk.Look();
                _certificate.Look();
                _safety.Look();
                _alarm.Look();
                _auditAlarm.Tell(await RecordAsync().ConfigureAwait(false));
                await streams.RecordAsync().ConfigureAwait(false);
                streams.CheckAll();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    /// <returns>Why not everything could be written; null when it was.</returns>
    private async ValueTask<Exception?> RecordAsync()
    {
        Exception? sums = await recorder.FlushAsync().ConfigureAwait(false);
        return await settings.Events.FlushAsync(audit).ConfigureAwait(false) ?? sums;
    }
}
