// The way of a source's events into its ledger: what came before is left out, the rest goes to the client's appender
// with its spool, and whoever waits is told when everything is durable. One for each source; any thread.
using LedgerStore.Client;
using LedgerStore.Intake.Noise;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Delivering;

/// <summary>What a sender is told.</summary>
/// <param name="WhyLater">Null: everything is durable. Else it must send all of it again, and why.</param>
internal readonly record struct DeliveryAnswer(string? WhyLater);

internal sealed class SourcePipeline : IAsyncDisposable
{
    private static readonly TimeSpan s_noiseEvery = TimeSpan.FromMinutes(1);

    private readonly Appender _appender;
    private readonly DuplicateWindow _window;
    private readonly string _name;
    private readonly long _spoolBytesMax;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Action<string> _failed;
    private readonly NoiseCount _noise;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reporting;
    private volatile NoiseFilter? _filter;

    // Deliveries that nobody waits for any more, because there is no room for them.
    private int _stalled;
    private volatile bool _isClosing;

    /// <param name="patience">How long a sender waits for an answer.</param>
    /// <param name="failed">Told once when the spool has failed for good: the process must end.</param>
    public SourcePipeline(
        string name,
        Appender appender,
        DuplicateWindow window,
        long spoolBytesMax,
        TimeSpan patience,
        TimeProvider time,
        Action<string> failed)
    {
        _name = name;
        _appender = appender;
        _window = window;
        _spoolBytesMax = spoolBytesMax;
        _patience = patience;
        _time = time;
        _failed = failed;
        _noise = new NoiseCount(time);
        Counters = new SourceCounters();
        _reporting = ReportNoiseAsync();
    }

    public SourceCounters Counters { get; }

    /// <summary>How the appender is doing.</summary>
    public AppenderStatus Status => _appender.Status;

    public string Ledger => _appender.Ledger;

    /// <summary>Ids that the window knows.</summary>
    public int WindowIds => _window.Count;

    /// <summary>Why nothing can be taken now; null: it can.</summary>
    public string? WhyNot() =>
        Volatile.Read(ref _stalled) > 0 || _appender.Status.SpoolBytes >= _spoolBytesMax
            ? $"the spool of {_name} has no room, because its ledger takes no records; all of it is kept, and goes on "
                + "by itself"
            : null;

    /// <summary>Leaves events out by these rules from now on; null: none.</summary>
    public void Use(NoiseRules? rules) => _filter = rules is null ? null : new NoiseFilter(rules);

    /// <summary>Stores a record about what was left out since the last one, if anything was.</summary>
    public async Task TellNoiseAsync()
    {
        if (WhyNot() is not null
            || _noise.Take(out IReadOnlyDictionary<string, long> dropped, out DateTimeOffset since) is not { } what)
        {
            // Without room, or without anything to say: the counts go into a later record.
            return;
        }

        try
        {
            await PostAsync(new Provenance("intake", string.Empty, _time.GetUtcNow()), [what]).ConfigureAwait(false);
        }
        catch (AppendException)
        {
            // Whoever brings events next hears why, and ends the process if it has to end.
            _noise.TakeBack(dropped, since);
        }
    }

    /// <summary>Stores events in their order, and answers when all of them are durable.</summary>
    public async Task<DeliveryAnswer> DeliverAsync(Provenance from, IReadOnlyList<ParsedEvent> events)
    {
        Counters.AddReceived(events.Count);
        if (WhyNot() is { } full)
        {
            Counters.AddLater();
            return new DeliveryAnswer(full);
        }

        Delivery mine = new();
        Sorted sorted = Sort(from, events, mine);
        _ = StoreAsync(from, sorted, mine);
        return await WaitAsync(mine, sorted).ConfigureAwait(false);
    }

    /// <summary>The same for a sender that cannot be told anything: waits until there is room, however long that takes.
    /// </summary>
    /// <returns>False: it is not known that they are stored, and the connection is to end.</returns>
    public async Task<bool> DeliverAllAsync(Provenance from, IReadOnlyList<ParsedEvent> events)
    {
        Counters.AddReceived(events.Count);
        Delivery mine = new();
        Sorted sorted = Sort(from, events, mine);
        await StoreAsync(from, sorted, mine).ConfigureAwait(false);
        string?[] failures = await Task.WhenAll([mine.Ended, .. sorted.Others.Select(other => other.Ended)])
            .ConfigureAwait(false);
        Counters.AddDuplicates(sorted.Before);
        return Array.TrueForAll(failures, each => each is null);
    }

    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reporting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TellNoiseAsync().WaitAsync(_patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _appender.DisposeAsync().ConfigureAwait(false);
        _window.Dispose();
    }

    private async Task ReportNoiseAsync()
    {
        using PeriodicTimer timer = new(s_noiseEvery, _time);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            await TellNoiseAsync().ConfigureAwait(false);
        }
    }

    private Sorted Sort(Provenance from, IReadOnlyList<ParsedEvent> events, Delivery mine)
    {
        Sorted sorted = new();
        foreach (ParsedEvent each in _filter?.Keep(events, sorted.Dropped) ?? events)
        {
            if (EventKey.Of(from, each) is not { } key)
            {
                sorted.Fresh.Add(each);
                continue;
            }

            Finding finding = _window.Claim(key, mine);
            switch (finding.Kind)
            {
                case FindingKind.New:
                    sorted.Keys.Add(finding.Key);
                    sorted.Fresh.Add(each);
                    sorted.Reused += finding.IsIdReused ? 1 : 0;
                    break;
                case FindingKind.UnderWay:
                    sorted.Others.Add(finding.Other!);
                    sorted.Before++;
                    break;
                case FindingKind.Before:
                    sorted.Before++;
                    break;
                default:
                    // Two hashes of 64 bits that are the same by chance: a record twice is better than none.
                    sorted.Fresh.Add(each);
                    break;
            }
        }

        return sorted;
    }

    // Never throws, and goes on when nobody waits any more: what the spool took is durable, whatever was answered.
    private async Task StoreAsync(Provenance from, Sorted sorted, Delivery mine)
    {
        string? failure = null;
        try
        {
            await PostAsync(from, sorted.Fresh).ConfigureAwait(false);
        }
        catch (AppendException error)
        {
            failure = error.Message;
        }
        catch (Exception error)
        {
            failure = $"the intake failed: {error.Message}";
        }

        if (failure is null)
        {
            _window.Commit(sorted.Keys);
            Counters.AddStored(sorted.Fresh.Count);
            Counters.AddFlagged(sorted.Reused);
            Counters.AddOpaque(sorted.Fresh.Count(each => each.Opaque is not null));
            Counters.AddDropped(sorted.Dropped.Values.Sum());
            _noise.Add(sorted.Dropped);
        }
        else
        {
            _window.Release(sorted.Keys);
        }

        mine.End(failure);
        if (failure is not null && !_isClosing && _appender.Status.IsClosed)
        {
            _failed(failure);
        }
    }

    private async Task PostAsync(Provenance from, List<ParsedEvent> events)
    {
        EnvelopeWriter writer = new(_name);
        RecordBatch batch = new();
        foreach (ParsedEvent each in events)
        {
            PackedEvent? packed = writer.Write(batch, from, each);
            for (int part = 0; part < packed?.Count; part++)
            {
                writer.WritePart(batch, from, packed, part);
                await FlushIfFullAsync(batch).ConfigureAwait(false);
            }

            await FlushIfFullAsync(batch).ConfigureAwait(false);
        }

        if (batch.Count > 0)
        {
            await FlushAsync(batch).ConfigureAwait(false);
        }
    }

    private ValueTask FlushIfFullAsync(RecordBatch batch) => batch.IsFull ? FlushAsync(batch) : default;

    // Durable when it returns: in the spool, and the appender goes on from there.
    private async ValueTask FlushAsync(RecordBatch batch)
    {
        await _appender.PostBatchAsync(batch.Bytes, batch.Lengths, CancellationToken.None).ConfigureAwait(false);
        batch.Clear();
    }

    private async Task<DeliveryAnswer> WaitAsync(Delivery mine, Sorted sorted)
    {
        Task<string?[]> all = Task.WhenAll([mine.Ended, .. sorted.Others.Distinct().Select(other => other.Ended)]);
        try
        {
            string?[] failures = await all.WaitAsync(_patience, _time).ConfigureAwait(false);
            string? why = failures.FirstOrDefault(each => each is not null);
            if (why is null)
            {
                Counters.AddDuplicates(sorted.Before);
            }
            else
            {
                Counters.AddLater();
            }

            return new DeliveryAnswer(why);
        }
        catch (TimeoutException)
        {
            // It may still be stored. Whoever brings it again waits for the same delivery.
            Interlocked.Increment(ref _stalled);
            _ = mine.Ended.ContinueWith(
                _ => Interlocked.Decrement(ref _stalled),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            Counters.AddLater();
            return new DeliveryAnswer(
                $"the events wait for room in the spool of {_name}; send them again, none is stored twice by that if "
                + "it has an id");
        }
    }

    /// <summary>The events of a request: what is to be stored, and whom else to wait for.</summary>
    private sealed class Sorted
    {
        public List<ParsedEvent> Fresh { get; } = [];

        public List<EventKey> Keys { get; } = [];

        /// <summary>How many a rule left out, by rule.</summary>
        public Dictionary<string, long> Dropped { get; } = new(StringComparer.Ordinal);

        public List<Delivery> Others { get; } = [];

        public int Before { get; set; }

        public int Reused { get; set; }
    }
}
