// Reads on one thread while what was read is looked at on another: proof and rules cost about the same, and a guard
// that catches up uses two cores. Order, and where an error comes, stay as they are.

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LedgerStore.Client;

namespace LedgerStore.Guard;

/// <summary>Keeps a bounded number of events ready.</summary>
internal static class ReadAhead
{
    private const int BatchMax = 256;
    private const int BatchesMax = 16;

    /// <summary>The same events. What has come is given out at once when the next one is waited for.</summary>
    /// <param name="rest">Of a reader that has caught up, before it asks for more.</param>
    public static async IAsyncEnumerable<LedgerEvent> RunAsync(
        IAsyncEnumerable<LedgerEvent> events, Func<CancellationToken, Task> rest,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        Channel<LedgerEvent[]> ahead = Channel.CreateBounded<LedgerEvent[]>(
            new BoundedChannelOptions(BatchesMax) { SingleReader = true, SingleWriter = true });
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task reading = Task.Run(() => FillAsync(events, rest, ahead.Writer, end.Token), CancellationToken.None);
        try
        {
            await foreach (LedgerEvent[] some in ahead.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                foreach (LedgerEvent next in some)
                {
                    yield return next;
                }
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FillAsync(
        IAsyncEnumerable<LedgerEvent> events, Func<CancellationToken, Task> rest, ChannelWriter<LedgerEvent[]> ahead,
        CancellationToken cancellation)
    {
        List<LedgerEvent> batch = [];
        bool isLive = false;
        try
        {
            IAsyncEnumerator<LedgerEvent> reader = events.GetAsyncEnumerator(cancellation);
            await using (reader.ConfigureAwait(false))
            {
                while (true)
                {
                    ValueTask<bool> next = reader.MoveNextAsync();
                    if (batch.Count >= BatchMax || (batch.Count > 0 && !next.IsCompleted))
                    {
                        await ahead.WriteAsync([.. batch], cancellation).ConfigureAwait(false);
                        batch.Clear();
                        if (isLive)
                        {
                            await rest(cancellation).ConfigureAwait(false);
                        }
                    }

                    if (!await next.ConfigureAwait(false))
                    {
                        break;
                    }

                    batch.Add(reader.Current);
                    isLive |= reader.Current is CaughtUp;
                }
            }
        }
#pragma warning disable CA1031 // Whatever it was, whoever reads gets it, behind what came before it.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            await CompleteAsync(ahead, batch, error).ConfigureAwait(false);
            return;
        }

        await CompleteAsync(ahead, batch, null).ConfigureAwait(false);
    }

    private static async Task CompleteAsync(
        ChannelWriter<LedgerEvent[]> ahead, List<LedgerEvent> batch, Exception? error)
    {
        // Without a token: whoever stopped reading made room, or takes nothing any more.
        if (batch.Count > 0 && error is not OperationCanceledException)
        {
            await ahead.WriteAsync([.. batch], CancellationToken.None).ConfigureAwait(false);
        }

        _ = ahead.TryComplete(error);
    }
}
