// Tells Alertmanager what fires, again and again while it does, and for five minutes that it is over; and, as long as
// the guard can watch, that it watches: when that ends, somebody outside has to notice. Its own task.

namespace LedgerStore.Guard;

/// <summary>The way to one Alertmanager.</summary>
/// <param name="isWatching">Whether the guard can say that it would see.</param>
internal sealed class AlertmanagerLoop(
    AlertmanagerTarget target, HttpPost http, Board board, Func<bool> isWatching, string rulesSha256, TimeProvider time)
{
    public const string WatchingRule = "guard-watching";

    // So often it may fail to arrive before what fires counts as over.
    private const int Misses = 3;
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _bell = new(0);
    private readonly Uri _url = new(target.Url.AbsoluteUri.TrimEnd('/') + "/api/v2/alerts");
    private readonly long _start = Micros.Of(time.GetUtcNow());

    public DeliveryStatus Status { get; } = new("alertmanager " + target.Url.GetLeftPart(UriPartial.Authority), time);

    /// <summary>There is news.</summary>
    public void Ring() => _bell.Release();

    public async Task RunAsync(CancellationToken cancellation)
    {
        TimeSpan resend = TimeSpan.FromMicroseconds(target.ResendMicros);
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan pause = await SendAsync(cancellation).ConfigureAwait(false) ? resend : s_afterFailure;
            _ = await WaitAsync(pause < resend ? pause : resend, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<bool> SendAsync(CancellationToken cancellation)
    {
        long now = Micros.Of(time.GetUtcNow());
        IReadOnlyList<Alert> shown = board.Shown(now);
        if (isWatching())
        {
            shown = [.. shown, Watching()];
        }

        try
        {
            byte[] body = AlertmanagerJson.Write(shown, now + (Misses * target.ResendMicros));
            await http.SendAsync(_url, target.TokenFile, body, cancellation).ConfigureAwait(false);
            Status.Delivered(shown.Count);
            return true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // Whatever the target does wrong, it is told again.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            Status.Failed(error.Message);
            return false;
        }
    }

    private async Task<bool> WaitAsync(TimeSpan pause, CancellationToken cancellation)
    {
        try
        {
            bool isNews = await _bell.WaitAsync(pause, cancellation).ConfigureAwait(false);
            while (_bell.CurrentCount > 0)
            {
                await _bell.WaitAsync(cancellation).ConfigureAwait(false);
            }

            return isNews;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Alert Watching() => new()
    {
        Id = new string('0', 64),
        Episode = new string('0', 64),
        Rule = WatchingRule,
        State = AlertState.Firing,
        Severity = Severity.Info,
        Ledger = AlertProducer.Ledger,
        Group = [],
        At = _start,
        Since = _start,
        Says = "the guard watches; this always fires",
        Do = "Route it to something outside that calls somebody when it stays away.",
        Cause = AlertCause.None,
        RulesSha256 = rulesSha256,
    };
}
