// The way of an application's records to a ledger.
// Any thread; one appender for the whole application. It runs a loop of its own.

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LedgerStore.Client;

/// <summary>
/// Appends records. What arrives while a batch is under way is the next batch: there is no timer. With
/// <see cref="AppenderOptions.Producer"/> each record is stored exactly once and in the order of the calls.
/// </summary>
/// <remarks>A record's memory must not change until the returned task completes.</remarks>
public sealed partial class Appender : IAsyncDisposable
{
    /// <summary>The largest record. Store larger objects elsewhere and append their SHA-256.</summary>
    public const int RecordBytesMax = 64_512;

    /// <summary>The most records in one batch.</summary>
    public const int BatchRecordsMax = OutgoingBatch.CallerRecordsMax;

    /// <summary>
    /// The most bytes in one batch; with their envelopes many small records may exceed the server's limit.
    /// </summary>
    public const int BatchBytesMax = OutgoingBatch.CallerBytesMax;

    private readonly ServerConnection _client;
    private readonly AppenderOptions _options;
    private readonly AppendQueue _queue;
    private readonly AppendSender _sender;
    private readonly CancellationTokenSource _stop = new();
    private readonly SpoolSource? _spool;
    private readonly Outage _outage;
    private readonly ILogger _logger;
    private readonly Task _running;
    private readonly Lazy<Task<AppenderEnd>> _closing;
    private int _isTold;

    internal Appender(ServerConnection client, string ledger, AppenderOptions options)
    {
        AppenderOptions.Check(options);
        _client = client;
        _options = options;
        Ledger = ledger;
        Signal work = new();
        ProducerNumbers numbers;
        IBatchSource source;
        ulong firstNewTicket = 1;
        if (options.SpoolDirectory is { } directory)
        {
            Spool files = Spool.Open(directory, options.SpoolBytesMax);
            numbers = new ProducerNumbers(files.Offset, files.SaveOffset);
            Signal spoolWork = new();
            firstNewTicket = files.NextTicket;
            _queue = new AppendQueue(options, spoolWork, firstNewTicket);
            _spool = new SpoolSource(files, _queue, spoolWork, work, options.MemoryBytesMax);
            source = _spool;
        }
        else
        {
            numbers = new ProducerNumbers(known: null, save: null);
            _queue = new AppendQueue(options, work, firstNewTicket);
            source = new MemorySource(_queue);
        }

        _logger = options.Logger ?? NullLogger.Instance;
        _outage = new Outage(_logger, client.Time, _queue, ledger, client.Address);
        _sender = new AppendSender(client, ledger, options, source, work, numbers, _outage, firstNewTicket);
        _closing = new Lazy<Task<AppenderEnd>>(CloseOnceAsync);
        _running = Task.Run(RunAsync);
    }

    /// <summary>The ledger that is appended to.</summary>
    public string Ledger { get; }

    /// <summary>The name under which the records are counted; null: they are not.</summary>
    public string? Producer => _options.Producer;

    /// <summary>How the appender is doing.</summary>
    public AppenderStatus Status => new(
        _sender.IsConnected,
        _queue.Outstanding,
        _queue.Cost,
        _sender.BatchesInFlight,
        _spool?.StoredBytes ?? 0,
        _sender.LastError)
    {
        IsFull = _queue.IsFull,
        IsClosed = _queue.IsClosed,
        AwayFor = _outage.Duration,
    };

    /// <summary>Appends a record and waits until it is stored.</summary>
    /// <param name="cancellationToken">Ends waiting for room. Once the record has been taken, its outcome is waited
    /// for: use <see cref="Task.WaitAsync(CancellationToken)"/> to stop looking, which takes nothing back.</param>
    /// <exception cref="AppendException">It says whether the record is stored.</exception>
    public ValueTask<Appended> AppendAsync(ReadOnlyMemory<byte> record, CancellationToken cancellationToken = default)
    {
        CheckRecord(record.Span);
        if (ClientMetrics.Activities.HasListeners())
        {
            return TracedAsync(record, cancellationToken);
        }

        AppendWaiter waiter = _queue.HandIn(WaiterKind.Append, record, default, cancellationToken);
        return waiter.IsInLine && cancellationToken.CanBeCanceled
            ? InLineAsync(waiter, cancellationToken)
            : new ValueTask<Appended>(waiter, waiter.Version);
    }

    /// <summary>
    /// Appends records, all of them or none, at consecutive indexes, and waits until they are stored.
    /// </summary>
    /// <param name="records">The records, one after the other.</param>
    /// <param name="lengths">Their lengths.</param>
    /// <exception cref="AppendException">It says whether the records are stored.</exception>
    public async ValueTask<AppendedBatch> AppendBatchAsync(
        ReadOnlyMemory<byte> records, ReadOnlyMemory<int> lengths, CancellationToken cancellationToken = default)
    {
        CheckBatch(records.Span, lengths.Span);
        AppendWaiter waiter = _queue.HandIn(WaiterKind.Append, records, lengths, cancellationToken);
        short version = waiter.Version;
        using CancellationTokenRegistration leave = LeaveLineOn(waiter, version, cancellationToken);
        return await new ValueTask<AppendedBatch>(waiter, version).ConfigureAwait(false);
    }

    /// <summary>
    /// Hands over a record, and waits only while there is no room, or with a spool until it is safe there. What becomes
    /// of it is told by <see cref="FlushAsync"/>.
    /// </summary>
    public ValueTask PostAsync(ReadOnlyMemory<byte> record, CancellationToken cancellationToken = default)
    {
        CheckRecord(record.Span);
        return _spool is null && _queue.TryPost(record.Span)
            ? default
            : PostSlowAsync(record, default, cancellationToken);
    }

    /// <summary>The same for many records: all of them are stored or none, at consecutive indexes.</summary>
    public ValueTask PostBatchAsync(
        ReadOnlyMemory<byte> records, ReadOnlyMemory<int> lengths, CancellationToken cancellationToken = default)
    {
        CheckBatch(records.Span, lengths.Span);
        return PostSlowAsync(records, lengths, cancellationToken);
    }

    /// <summary>Hands over a record without ever waiting. False: there is no room, and it was not taken.</summary>
    public bool TryPost(ReadOnlySpan<byte> record)
    {
        CheckRecord(record);
        return _queue.TryPost(record);
    }

    /// <summary>Waits until everything that was handed over before is stored.</summary>
    /// <exception cref="AppendException">A record that was posted since the last flush is not stored, or may not be.
    /// </exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        AppendWaiter waiter = _queue.HandInFlush();
        Task flushed = new ValueTask(waiter, waiter.Version).AsTask();
        await flushed.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The number that the server gives the producer's next record: how many it has, plus one. An interrupted import
    /// goes on there.
    /// </summary>
    public async Task<ulong> GetNextSequenceAsync(CancellationToken cancellationToken)
    {
        if (Producer is null)
        {
            throw new InvalidOperationException("only a producer with a name has sequences; set Producer");
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await _sender.AskSequenceAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes no more records, waits until all are stored, or with a spool safe in it, at most as long as
    /// <see cref="AppenderOptions.CloseTimeout"/> says, and ends. Those who still wait for a record hear what became of
    /// it.
    /// </summary>
    /// <returns>What is not stored. It never throws because of that.</returns>
    public Task<AppenderEnd> CloseAsync()
    {
        Interlocked.Exchange(ref _isTold, 1);
        return _closing.Value;
    }

    /// <summary>
    /// Closes the appender. A record that is lost by that never ends the program: it is an error in the log, or where
    /// there is none, on standard error. <see cref="CloseAsync"/> returns it instead.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        AppenderEnd end = await _closing.Value.ConfigureAwait(false);
        if (!end.IsComplete && !_logger.IsEnabled(LogLevel.Error) && Interlocked.Exchange(ref _isTold, 1) == 0)
        {
            await Console.Error.WriteLineAsync(
                $"LedgerStore.Client: the appender to {Ledger} was closed; {end.NotStored:N0} records are not stored, "
                + $"{end.Unknown:N0} may not be. {end.Failure?.Message}").ConfigureAwait(false);
        }
    }

    private async Task<AppenderEnd> CloseOnceAsync()
    {
        _queue.Close();
        (ulong notStoredBefore, ulong unknownBefore) = _queue.Lost;
        if (_spool is not null)
        {
            await _spool.FinishAsync(_options.CloseTimeout).ConfigureAwait(false);
            _stop.CancelAfter(_options.SpoolDrainTimeout);
        }
        else
        {
            _stop.CancelAfter(_options.CloseTimeout);
        }

        await _running.ConfigureAwait(false);
        AppendException? failure = _queue.TakePostFailure();
        _queue.FailAll(new AppendException(
            AppendOutcome.Unknown,
            "the appender was closed" + (_spool is null ? string.Empty : "; it is in the spool for the next start"),
            cause: null));
        (ulong notStored, ulong unknown) = _queue.Lost;
        AppenderEnd end = new(
            notStored - notStoredBefore, unknown - unknownBefore, _spool?.Waiting ?? 0, failure);
        _spool?.Dispose();
        _stop.Dispose();
        Tell(end);
        return end;
    }

    private void Tell(AppenderEnd end)
    {
        if (!end.IsComplete)
        {
            ClosedWithLoss(_logger, Ledger, end.NotStored, end.Unknown, end.Failure?.Message ?? string.Empty);
        }

        if (end.InSpool > 0)
        {
            ClosedWithSpool(_logger, Ledger, end.InSpool, _options.SpoolDirectory ?? string.Empty);
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "the appender to {Ledger} was closed; {NotStored} records are not stored, {Unknown} may not be. {Reason}")]
    private static partial void ClosedWithLoss(
        ILogger logger, string ledger, ulong notStored, ulong unknown, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "the appender to {Ledger} was closed; {InSpool} records wait in {Directory} for the next start")]
    private static partial void ClosedWithSpool(ILogger logger, string ledger, ulong inSpool, string directory);

    private async Task RunAsync()
    {
        try
        {
            await _sender.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _queue.FailAll(new AppendException(
                AppendOutcome.Unknown, $"the appender failed: {error.Message}", error));
        }
    }

    private async ValueTask<Appended> TracedAsync(ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        using Activity? activity = ClientMetrics.Activities.StartActivity("ledger append", ActivityKind.Producer);
        activity?.SetTag("ledgerstore.ledger", Ledger);
        try
        {
            AppendWaiter waiter = _queue.HandIn(WaiterKind.Append, record, default, cancellationToken);
            Appended stored = await InLineAsync(waiter, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("ledgerstore.index", (long)stored.Index);
            return stored;
        }
        catch (AppendException error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
    }

    private async ValueTask<Appended> InLineAsync(AppendWaiter waiter, CancellationToken cancellationToken)
    {
        short version = waiter.Version;
        using CancellationTokenRegistration leave = LeaveLineOn(waiter, version, cancellationToken);
        return await new ValueTask<Appended>(waiter, version).ConfigureAwait(false);
    }

    private async ValueTask PostSlowAsync(
        ReadOnlyMemory<byte> records, ReadOnlyMemory<int> lengths, CancellationToken cancellationToken)
    {
        if (_queue.HandInPost(records, lengths, cancellationToken) is not { } waiter)
        {
            return;
        }

        short version = waiter.Version;
        using CancellationTokenRegistration leave = LeaveLineOn(waiter, version, cancellationToken);
        await new ValueTask(waiter, version).ConfigureAwait(false);
    }

    private CancellationTokenRegistration LeaveLineOn(AppendWaiter waiter, short version, CancellationToken token) =>
        token.UnsafeRegister(
            static (state, token) =>
            {
                (AppendQueue queue, AppendWaiter waiter, short version) = ((AppendQueue, AppendWaiter, short))state!;
                queue.LeaveRoomLine(waiter, version, token);
            },
            token.CanBeCanceled ? (_queue, waiter, version) : null);

    private void CheckRecord(ReadOnlySpan<byte> record)
    {
        CheckLength(record.Length);
        _options.Schema?.Demand(record, [record.Length], _client.Time);
    }

    private static void CheckLength(int bytes)
    {
        if (bytes > RecordBytesMax)
        {
            throw new ArgumentException(
                $"a record of {bytes:N0} bytes exceeds the limit of {RecordBytesMax:N0}; store the object elsewhere "
                + "and append its SHA-256",
                nameof(bytes));
        }
    }

    private void CheckBatch(ReadOnlySpan<byte> records, ReadOnlySpan<int> lengths)
    {
        CheckLengths(records.Length, lengths);
        _options.Schema?.Demand(records, lengths, _client.Time);
    }

    private static void CheckLengths(int bytes, ReadOnlySpan<int> lengths)
    {
        if (lengths.IsEmpty || lengths.Length > BatchRecordsMax || bytes > BatchBytesMax)
        {
            throw new ArgumentException(
                $"a batch of {lengths.Length:N0} records with {bytes:N0} bytes; it has 1 to {BatchRecordsMax:N0} "
                + $"records and at most {BatchBytesMax:N0} bytes",
                nameof(lengths));
        }

        long sum = 0;
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(lengths));
            CheckLength(length);
            sum += length;
        }

        if (sum != bytes)
        {
            throw new ArgumentException(
                $"the lengths add up to {sum:N0}, but there are {bytes:N0} bytes", nameof(lengths));
        }
    }
}
