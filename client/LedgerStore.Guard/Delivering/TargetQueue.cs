// Delivers alerts to one target in their order, again and again until it takes them. What was delivered is remembered
// in a file, as a place in `_alerts`: after a restart it goes on behind it. Its own task; others only put in.

using System.Globalization;
using System.Text;
using LedgerStore.Durable;

namespace LedgerStore.Guard;

/// <summary>An alert with its place in <c>_alerts</c>; null: it is not there yet.</summary>
internal readonly record struct Outgoing(Alert Alert, ulong? Index);

/// <summary>The way to one target.</summary>
internal sealed class TargetQueue(ITarget target, string cursorFile, TimeProvider time)
{
    /// <summary>As many wait at most; when there are more, the oldest are given up, which the status says.</summary>
    internal const int WaitingMax = 10_000;

    private const int SentAtOnce = 64;
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(30);
    private static readonly SystemFiles s_files = new(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private readonly Lock _gate = new();
    private readonly LinkedList<Outgoing> _waiting = new();
    private readonly SemaphoreSlim _bell = new(0);

    public DeliveryStatus Status { get; } = new(target.Name, time);

    /// <summary>Takes up what was not delivered; a target that is new hears of what fires now.</summary>
    public void Restore(AlertBook book)
    {
        bool isKnown = File.Exists(cursorFile);
        ulong next = book.Next;
        if (isKnown && !ulong.TryParse(
            File.ReadAllText(cursorFile).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out next))
        {
            next = 0;
        }

        foreach (Alert open in isKnown ? [] : book.Open)
        {
            Put(new Outgoing(open, null));
        }

        foreach ((ulong index, Alert alert) in book.Since(next))
        {
            Put(new Outgoing(alert, index));
        }

        if (!isKnown)
        {
            SaveCursor(next);
        }
    }

    public void Put(Outgoing alert)
    {
        lock (_gate)
        {
            _ = _waiting.AddLast(alert);
            if (_waiting.Count > WaitingMax)
            {
                _waiting.RemoveFirst();
            }
        }

        _ = _bell.Release();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        TimeSpan pause = TimeSpan.FromSeconds(1);
        while (true)
        {
            Outgoing[] next = Next();
            if (next.Length == 0)
            {
                await _bell.WaitAsync(cancellation).ConfigureAwait(false);
                continue;
            }

            try
            {
                await target.SendAsync([.. next.Select(static one => one.Alert)], cancellation).ConfigureAwait(false);
                Delivered(next);
                pause = TimeSpan.FromSeconds(1);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever a target does wrong, it is told again, and the others are not kept waiting.
            catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
            {
                Status.Failed(error.Message);
                await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
                pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
            }
        }
    }

    private Outgoing[] Next()
    {
        lock (_gate)
        {
            return [.. _waiting.Take(SentAtOnce)];
        }
    }

    private void Delivered(Outgoing[] sent)
    {
        lock (_gate)
        {
            foreach (Outgoing one in sent)
            {
                _ = _waiting.Remove(one);
            }
        }

        Status.Delivered(sent.Length);
        if (sent.LastOrDefault(static one => one.Index is not null) is { Index: { } index })
        {
            SaveCursor(index + 1);
        }
    }

    private void SaveCursor(ulong next) => AtomicFile.Replace(
        s_files, cursorFile,
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{next}\n")));
}
