// Looks for new certificates, authorities and policy at an interval and on SIGHUP. One background task of the host.
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Trust;

internal sealed partial class TrustReloader : BackgroundService
{
    private readonly ServerTrust _trust;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<TrustReloader> _logger;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private PosixSignalRegistration? _hangUp;

    public TrustReloader(ServerTrust trust, TimeSpan interval, TimeProvider time, ILogger<TrustReloader> logger)
    {
        _trust = trust;
        _interval = interval;
        _time = time;
        _logger = logger;
        trust.Changed += OnChanged;
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
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
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    public override void Dispose()
    {
        _hangUp?.Dispose();
        base.Dispose();
        _wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            bool isAsked = await WaitAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                _trust.Poll();

                // Who asks wants to know now whether what is there is good: the second look reports what is bad.
                if (isAsked)
                {
                    _trust.Poll();
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
        using CancellationTokenSource tick = new(_interval, _time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(tick.Token, stoppingToken);
        try
        {
            await _wake.WaitAsync(either.Token).ConfigureAwait(false);
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
