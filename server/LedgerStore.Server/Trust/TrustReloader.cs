// Looks for new certificates, authorities and policy at an interval and on SIGHUP. One background task of the host.
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Trust;

internal sealed partial class TrustReloader : BackgroundService
{
    private readonly ServerTrust trust;
    private readonly TimeSpan interval;
    private readonly TimeProvider time;
    private readonly ILogger<TrustReloader> logger;
    private readonly SemaphoreSlim wake = new(0, 1);
    private PosixSignalRegistration? hangUp;

    public TrustReloader(ServerTrust trust, TimeSpan interval, TimeProvider time, ILogger<TrustReloader> logger)
    {
        this.trust = trust;
        this.interval = interval;
        this.time = time;
        this.logger = logger;
        trust.Changed += OnChanged;
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Wake();
        });
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Looks now.</summary>
    public void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    public override void Dispose()
    {
        hangUp?.Dispose();
        base.Dispose();
        wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            bool isAsked = await WaitAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                trust.Poll();

                // Who asks wants to know now whether what is there is good: the second look reports what is bad.
                if (isAsked)
                {
                    trust.Poll();
                }
            }
#pragma warning disable CA1031 // The loop outlives what a subscriber throws: the next change may be a revocation.
            catch (Exception error)
#pragma warning restore CA1031
            {
                PollFailed(error);
            }
        }
    }

    private async Task<bool> WaitAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource tick = new(interval, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(tick.Token, stoppingToken);
        try
        {
            await wake.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void OnChanged(object? sender, TrustChange change)
    {
        if (change.IsAccepted)
        {
            Accepted(change.Part, change.Path, change.Detail);
        }
        else
        {
            Refused(change.Part, change.Path, change.Detail);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Part}: taken from {Path}: {Detail}")]
    private partial void Accepted(TrustPart part, string path, string detail);

    [LoggerMessage(LogLevel.Error, "{Part}: {Path} is refused, the old one stays: {Detail}")]
    private partial void Refused(TrustPart part, string path, string detail);

    [LoggerMessage(LogLevel.Error, "looking for new certificates and policy failed")]
    private partial void PollFailed(Exception error);
}
