// A load at a fixed rate, whether the store keeps up or not: batches are due at their times, and a latency counts from
// when the batch was due. A stall then shows in all the batches that it held up, not in one (no coordinated omission).
using System.Diagnostics;
using System.Threading.Channels;
using LedgerStore.Engine;

namespace LedgerStore.Bench.Load;

/// <summary>Batches at even intervals from all producers in turn.</summary>
internal sealed class OpenLoad
{
    private const int SleepOvershootMillis = 1;

    private readonly BenchStore _store;
    private readonly LoadShape _shape;
    private readonly Producer[] _producers;

    public OpenLoad(BenchStore store, LoadShape shape)
    {
        _store = store;
        _shape = shape;
        RecordPool pool = new(shape.RecordBytes, shape.Batch);
        _producers = [.. Enumerable.Range(0, shape.Producers)
            .Select(number => new Producer(number + 1_000, shape, store.Ledgers, pool))];
    }

    /// <summary>Offers so many records per second for this long.</summary>
    /// <returns>Latencies from the due time, and the records per second that were acknowledged.</returns>
    public (LatencyHistogram Latencies, double RecordsPerSecond) Run(double recordsPerSecond, TimeSpan time)
    {
        Channel<Due> answers = Channel.CreateUnbounded<Due>(new() { SingleReader = true, SingleWriter = true });
        LatencyHistogram latencies = new();
        Task drain = Task.Run(() => DrainAsync(answers.Reader, latencies));
        double ticksPerBatch = _shape.Batch / recordsPerSecond * Stopwatch.Frequency;
        long start = Stopwatch.GetTimestamp();
        long batches = (long)(time.TotalSeconds * Stopwatch.Frequency / ticksPerBatch);
        for (long batch = 0; batch < batches; batch++)
        {
            long due = start + (long)(batch * ticksPerBatch);
            WaitUntil(due);
            ValueTask<AppendResult> answer;
            while (!_producers[batch % _producers.Length].TryAppend(out answer))
            {
                // Refused: the store is behind. The batch is still due when it was due.
                Thread.Sleep(SleepOvershootMillis);
            }

            answers.Writer.TryWrite(new Due(answer, due));
        }

        answers.Writer.Complete();
        drain.GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _store.SettleAsync().GetAwaiter().GetResult();
        return (latencies, batches * _shape.Batch / seconds);
    }

    private static async Task DrainAsync(ChannelReader<Due> answers, LatencyHistogram latencies)
    {
        await foreach (Due answer in answers.ReadAllAsync().ConfigureAwait(false))
        {
            await answer.Answer.ConfigureAwait(false);
            latencies.RecordSince(answer.DueTicks, Stopwatch.GetTimestamp());
        }
    }

    private static void WaitUntil(long due)
    {
        // Sleeping overshoots by 60 us and a scheduler's slice: it is used for long waits only.
        while (true)
        {
            long left = due - Stopwatch.GetTimestamp();
            if (left <= 0)
            {
                return;
            }

            if (left > Stopwatch.Frequency * 2 * SleepOvershootMillis / 1000)
            {
                Thread.Sleep(SleepOvershootMillis);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private readonly record struct Due(ValueTask<AppendResult> Answer, long DueTicks);
}
