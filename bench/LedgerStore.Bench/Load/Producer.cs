// One producer of a load: named, counting, with several batches under way, as a client library drives a store.
// A task of its own; nothing is shared between producers but the ledgers.
using System.Diagnostics;
using System.Text;
using LedgerStore.Engine;

namespace LedgerStore.Bench.Load;

/// <summary>Appends batches to ledgers in turn and takes the time of each.</summary>
internal sealed class Producer
{
    private static readonly byte[] s_contentType = "application/json"u8.ToArray();

    private readonly byte[] _appender;
    private readonly byte[] _name;
    private readonly Ledger[] _ledgers;
    private readonly long[] _nextSequences;
    private readonly RecordPool _pool;
    private readonly ValueTask<AppendResult>[] _answers;
    private readonly long[] _started;
    private readonly long _firstBatch;
    private readonly int _firstLedger;
    private long _batches;

    public Producer(int number, LoadShape shape, Ledger[] ledgers, RecordPool pool)
    {
        _appender = "spiffe://example.org/docs"u8.ToArray();
        _name = Encoding.UTF8.GetBytes($"docs-api-{number}");
        _ledgers = ledgers;
        _nextSequences = new long[ledgers.Length];
        Array.Fill(_nextSequences, 1);
        _pool = pool;
        _answers = new ValueTask<AppendResult>[shape.Outstanding];
        _started = new long[shape.Outstanding];
        _firstBatch = (long)pool.Batches / shape.Producers * number;
        _firstLedger = ledgers.Length / shape.Producers * number;
    }

    /// <summary>Latencies since the last Reset.</summary>
    public LatencyHistogram Latencies { get; private set; } = new();

    public void Reset() => Latencies = new LatencyHistogram();

    /// <summary>Closed loop: the next batch goes as soon as one of those under way is answered.</summary>
    public async Task<long> RunAsync(long untilTicks)
    {
        int outstanding = _answers.Length;
        long appended = 0;
        long first = 0;
        long next = 0;
        while (true)
        {
            long now = Stopwatch.GetTimestamp();
            bool goesOn = now < untilTicks;
            if (goesOn && next - first < outstanding && TryAppend(out _answers[next % outstanding]))
            {
                _started[next++ % outstanding] = now;
                continue;
            }

            if (first == next)
            {
                if (!goesOn)
                {
                    return appended;
                }

                await Task.Delay(1).ConfigureAwait(false);
                continue;
            }

            int oldest = (int)(first++ % outstanding);
            AppendResult result = await _answers[oldest].ConfigureAwait(false);
            Latencies.RecordSince(_started[oldest], Stopwatch.GetTimestamp());
            appended += result.Count;
        }
    }

    /// <summary>Offers the next batch.</summary>
    /// <returns>False when the store has too many waiting: try again later. The answer is to be awaited once.</returns>
    public bool TryAppend(out ValueTask<AppendResult> answer)
    {
        int at = (int)((_firstLedger + _batches) % _ledgers.Length);
        try
        {
            answer = _ledgers[at].AppendAsync(new RecordBatch
            {
                Appender = _appender,
                Producer = _name,
                FirstSequence = _nextSequences[at],
                ContentType = s_contentType,
                Lengths = _pool.Lengths,
                Payload = _pool.Batch(_firstBatch + _batches),
            });
        }
        catch (StoreException busy) when (busy.Reason == StoreReason.Busy)
        {
            answer = default;
            return false;
        }

        _nextSequences[at] += _pool.Lengths.Length;
        _batches++;
        return true;
    }
}
