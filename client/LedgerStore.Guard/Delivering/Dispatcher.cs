// All targets of a guard: what is put in reaches each. Made once; any thread puts in.

using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.Guard;

/// <summary>Sends alerts everywhere.</summary>
internal sealed class Dispatcher : IDisposable
{
    private static readonly TimeSpan s_keepResolved = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_beatEvery = TimeSpan.FromMinutes(1);

    private readonly HttpPost _http = new();
    private readonly Targets _targets;
    private readonly TimeProvider _time;
    private readonly Func<bool> _isWatching;
    private readonly AlertmanagerLoop[] _alertmanagers;
    private readonly TargetQueue[] _queues;
    private readonly DeliveryStatus[] _beats;

    public Dispatcher(Targets targets, string directory, string rulesSha256, Func<bool> isWatching, TimeProvider time)
    {
        _targets = targets;
        _time = time;
        _isWatching = isWatching;
        _alertmanagers =
        [
            .. targets.Alertmanagers.Select(one =>
                new AlertmanagerLoop(one, _http, Board, isWatching, rulesSha256, time)),
        ];
        ITarget[] each =
        [
            .. targets.Webhooks.Select(one => new WebhookSender(one, _http)),
            .. targets.Mails.Select(one => new MailSender(one)),
            .. targets.Syslogs.Select(one => new SyslogSender(one)),
        ];
        _queues = [.. each.Select(one => new TargetQueue(one, CursorOf(directory, one.Name), time))];
        _beats = [.. targets.Heartbeats.Select(one =>
            new DeliveryStatus("heartbeat " + one.Url.GetLeftPart(UriPartial.Authority), time))];
    }

    public Board Board { get; } = new();

    public IEnumerable<DeliveryStatus> Statuses =>
        [.. _alertmanagers.Select(static one => one.Status), .. _queues.Select(static one => one.Status), .. _beats];

    /// <summary>Takes up what was there before this process: what fires, and what a target did not get.</summary>
    public void Restore(AlertBook book)
    {
        foreach (Alert open in book.Open)
        {
            Board.Put(open, Now, Keep);
        }

        foreach (TargetQueue queue in _queues)
        {
            queue.Restore(book);
        }
    }

    public void Put(Alert alert, ulong? index)
    {
        Board.Put(alert, Now, Keep);
        foreach (TargetQueue queue in _queues)
        {
            queue.Put(new Outgoing(alert, index));
        }

        foreach (AlertmanagerLoop alertmanager in _alertmanagers)
        {
            alertmanager.Ring();
        }
    }

    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
    [
        .. _alertmanagers.Select(one => one.RunAsync(cancellation)),
        .. _queues.Select(one => QuietAsync(one.RunAsync(cancellation))),
        .. _targets.Heartbeats.Select((one, number) => QuietAsync(BeatAsync(one, _beats[number], cancellation))),
    ]);

    public void Dispose() => _http.Dispose();

    private long Now => Micros.Of(_time.GetUtcNow());

    private static long Keep => Micros.Of(s_keepResolved);

    private static async Task QuietAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private async Task BeatAsync(WebhookTarget target, DeliveryStatus status, CancellationToken cancellation)
    {
        while (true)
        {
            if (_isWatching())
            {
                try
                {
                    byte[] beat = "{\"ledgerstore\":\"guard watches\"}"u8.ToArray();
                    await _http.SendAsync(target.Url, target.TokenFile, beat, cancellation).ConfigureAwait(false);
                    status.Delivered(1);
                }
                catch (Exception error) when (error is HttpRequestException or IOException
                    or UnauthorizedAccessException or TaskCanceledException && !cancellation.IsCancellationRequested)
                {
                    status.Failed(error.Message);
                }
            }

            await Task.Delay(s_beatEvery, _time, cancellation).ConfigureAwait(false);
        }
    }

    private static string CursorOf(string directory, string name) => Path.Combine(
        directory, $"sent-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16]}");
}
