// One writer: sends its batches in order, each until it is acknowledged, lists it, and goes on. Runs on a task of its
// own.
using System.Diagnostics;
using Google.Protobuf;
using LedgerStore.Campaigns.Running;
using LedgerStore.Client;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Campaigns.Load;

/// <summary>A producer at work.</summary>
/// <param name="end">No new batch is begun.</param>
/// <param name="patience">What is under way is given up, which a campaign counts.</param>
internal sealed class Writer(
    Setting setting, LedgerClient client, AckList list, LoadFacts facts, int number, CancellationToken end,
    CancellationToken patience)
{
    private const int RepeatOneIn = 12;
    private const int RepeatsOf = 32;
    private const int InFlight = 6;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly string _producer = Stage.Producer(number);
    private readonly string _ledger = Stage.LedgerOf(Stage.Producer(number));
    private readonly Random _random = new((int)setting.Seed + number);

    /// <summary>One call after the other; now and then one again that was acknowledged before.</summary>
    /// <returns>False when it was given up.</returns>
    public async Task<bool> CallAsync(ulong first)
    {
        List<(ulong First, ulong Index)> before = [];
        for (ulong next = first; !end.IsCancellationRequested;)
        {
            await PauseAsync();
            Batch batch = Records.BatchAt(setting.Seed, _producer, next);
            if (await AppendAsync(batch) is not { } answer)
            {
                return false;
            }

            await ListAsync(batch, answer.FirstIndex, (int)answer.Count);
            before.Add((next, answer.FirstIndex));
            next += (ulong)batch.Count;
            if (_random.Next(RepeatOneIn) == 0)
            {
                (ulong again, ulong index) = before[^(1 + _random.Next(Math.Min(before.Count, RepeatsOf)))];
                await RepeatAsync(again, index);
            }
        }

        return true;
    }

    /// <summary>The library's own way: an appender that is never told of faults, several batches under way.</summary>
    public async Task<bool> StreamAsync()
    {
        AppenderOptions options = new()
        {
            Producer = _producer,
            GiveUpAfter = TimeSpan.FromDays(1),
            CloseTimeout = TimeSpan.FromSeconds(1),
            AnswerTimeout = TimeSpan.FromSeconds(20),
            RetryDelayMax = TimeSpan.FromMilliseconds(500),
        };
        await using Appender appender = client.CreateAppender(_ledger, options);
        if (await NextSequenceAsync(appender) is not { } next)
        {
            return true;
        }

        Queue<Task<bool>> underWay = new();
        while (!end.IsCancellationRequested)
        {
            await PauseAsync();
            Batch batch = Records.BatchAt(setting.Seed, _producer, next);
            next += (ulong)batch.Count;
            underWay.Enqueue(StreamOneAsync(appender, batch));
            if (underWay.Count == InFlight && !await underWay.Dequeue())
            {
                return false;
            }
        }

        return (await Task.WhenAll(underWay)).All(static isStored => isStored);
    }

    private async Task<bool> StreamOneAsync(Appender appender, Batch batch)
    {
        long started = Stopwatch.GetTimestamp();
        AppendedBatch stored;
        try
        {
            stored = await appender.AppendBatchAsync(batch.Payload, batch.Lengths).AsTask().WaitAsync(patience);
        }
        catch (Exception error) when (error is AppendException or OperationCanceledException)
        {
            // An appender with a name waits for a server that is away: what it gives up is refused for good.
            facts.Failed(error);
            return false;
        }

        facts.Appended(batch.Count, Stopwatch.GetElapsedTime(started));
        if (stored.FirstSequence != batch.First)
        {
            facts.Wrong($"{_producer}: record {batch.First} was given the number {stored.FirstSequence}");
        }

        await ListAsync(batch, stored.FirstIndex, stored.Count);
        return true;
    }

    private async Task<ulong?> NextSequenceAsync(Appender appender)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                return await appender.GetNextSequenceAsync(end);
            }
            catch (Exception error) when (!end.IsCancellationRequested)
            {
                facts.Failed(error);
                await WaitAsync(s_pause);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return null;
    }

    private async Task<AppendResponse?> AppendAsync(Batch batch)
    {
        AppendRequest request = RequestOf(batch);
        long started = Stopwatch.GetTimestamp();
        while (!patience.IsCancellationRequested)
        {
            try
            {
                AppendResponse answer = await client.AppendOnceAsync(request, patience);
                facts.Appended(batch.Count, Stopwatch.GetElapsedTime(started));
                return answer;
            }
            catch (Exception error)
            {
                // Whatever it was: the same batch again, until there is an answer.
                facts.Failed(error);
                await Task.WhenAny(Task.Delay(s_pause, patience));
            }
        }

        return null;
    }

    /// <summary>The same batch again gets its first answer, or the server is away.</summary>
    private async Task RepeatAsync(ulong first, ulong index)
    {
        Batch batch = Records.BatchAt(setting.Seed, _producer, first);
        try
        {
            AppendResponse answer = await client.AppendOnceAsync(RequestOf(batch), patience);
            facts.Repeated();
            if (answer.FirstIndex != index || answer.Count != batch.Count || !answer.Duplicate)
            {
                facts.Wrong(
                    $"{_producer}: records {first}.. at {index} were sent again and are said to be at {answer}");
            }
        }
        catch (Exception error)
        {
            facts.Failed(error);
        }
    }

    private async Task ListAsync(Batch batch, ulong index, int count)
    {
        if (count != batch.Count)
        {
            facts.Wrong($"{_producer}: {batch.Count} records from {batch.First} on were sent, {count} acknowledged");
        }

        await list.AddAsync(_producer, batch.First, batch.Count, index);
    }

    private AppendRequest RequestOf(Batch batch)
    {
        AppendRequest request = new()
        {
            Ledger = _ledger,
            Producer = _producer,
            FirstSequence = batch.First,
            Payload = UnsafeByteOperations.UnsafeWrap(batch.Payload),
        };
        request.Lengths.AddRange(batch.Lengths.Select(static length => (uint)length));
        return request;
    }

    private Task<Task> PauseAsync() => WaitAsync(setting.Pause * _random.NextDouble() * 2);

    private Task<Task> WaitAsync(TimeSpan time) => Task.WhenAny(Task.Delay(time, end));
}
