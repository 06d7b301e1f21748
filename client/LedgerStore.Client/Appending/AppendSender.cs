// Sends batches over one stream after the other, until each is answered. The only one who talks to the server.
// One loop of its own, which is at one place at a time: waiting for work, on a stream, or pausing after a failure.

using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Client;

internal sealed partial class AppendSender
{
    private const long MicrosPerSecond = 1_000_000;
    private static readonly Method<WireMessage, ReceivedMessage> s_append =
        WireMethods.OnClient(LedgerMethods.AppendStream);

    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(5);

    private readonly ServerConnection _client;
    private readonly string _ledger;
    private readonly AppenderOptions _options;
    private readonly IBatchSource _source;
    private readonly Signal _work;
    private readonly ProducerNumbers _numbers;
    private readonly RetryPause _pause;
    private readonly Outage _outage;
    private readonly InFlight _inFlight = new();

    // Of batches that an earlier process left in the spool: those below this ticket are stored.
    private readonly long _firstNewTicket;
    private long _storedBelow;
    private bool _isResumed;

    // The index behind the last batch that was answered: what is appended later lies behind it.
    private ulong _answeredEnd;

    private readonly OutgoingMessage _outgoing;

    internal AppendSender(
        ServerConnection client,
        string ledger,
        AppenderOptions options,
        IBatchSource source,
        Signal work,
        ProducerNumbers numbers,
        Outage outage,
        ulong firstNewTicket)
    {
        _client = client;
        _ledger = ledger;
        _options = options;
        _source = source;
        _work = work;
        _numbers = numbers;
        _outage = outage;
        _firstNewTicket = (long)firstNewTicket;
        _pause = new RetryPause(client.Time, options.RetryDelayMax);
        _outgoing = new OutgoingMessage(ledger, options, Written);
    }

    /// <summary>There is a stream at the moment.</summary>
    internal bool IsConnected { get; private set; }

    /// <summary>What failed last; null once something has worked again.</summary>
    internal Exception? LastError { get; private set; }

    internal int BatchesInFlight => _inFlight.Count;

    private bool IsNamed => !string.IsNullOrEmpty(_options.Producer);

    private bool IsFinished => _inFlight.Count == 0 && _source.IsDrained;

    /// <summary>Runs until everything is answered and nothing more can come, or until it is stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenRegistration wake = stop.UnsafeRegister(
            static state => ((Signal)state!).Set(), _work);
        while (!stop.IsCancellationRequested && !IsFinished)
        {
            if (_inFlight.Count == 0)
            {
                if (await TakeAsync(default).ConfigureAwait(false) is not { } first)
                {
                    await _work.WaitAsync().ConfigureAwait(false);
                    continue;
                }

                _inFlight.Add(first);
            }

            try
            {
                await RunStreamAsync(stop).ConfigureAwait(false);
            }
            catch (Exception error) when (error
                is RpcException or OperationCanceledException or IOException or InvalidDataException)
            {
                await RecoverAsync(error, stop).ConfigureAwait(false);
            }
            finally
            {
                IsConnected = false;
            }
        }

        if (_source.MayGiveUp && !IsFinished)
        {
            string last = LastError is { } error ? $": {error.Message}" : string.Empty;
            await GiveUpAsync($"the appender was closed before the server had answered{last}", LastError)
                .ConfigureAwait(false);
        }
    }

    private async Task RunStreamAsync(CancellationToken stop)
    {
        if (IsNamed)
        {
            await FindSequenceAsync(stop).ConfigureAwait(false);
        }

        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using DuplexStream<WireMessage, ReceivedMessage> call = _client.Channel.Duplex(
            s_append, new CallLimits { CancellationToken = ending.Token });
        OutgoingBatch[] again = _inFlight.StartStream();
        Task receiving = ReceiveAsync(call);
        Task ended = WakeBehindAsync(receiving, ending);
        using ITimer watch = WatchAnswers(ending);
        try
        {
            await SendAsync(call, again, receiving).ConfigureAwait(false);
            TimeSpan patience = IsFinished ? s_endTimeout : Timeout.InfiniteTimeSpan;
            await receiving.WaitAsync(patience, _client.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error
            is OperationCanceledException or TimeoutException)
        {
            // A write that fails, or is cancelled, is only the echo: why the call ended, the answers end with.
            if (!IsFinished)
            {
                await ReasonAsync(receiving, error).ConfigureAwait(false);
            }
        }
        finally
        {
            call.Dispose();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ended.ConfigureAwait(false);
        }

        if (_inFlight.Count > 0)
        {
            throw RpcException.Of(StatusCode.Unavailable, "the server ended the stream before it had answered");
        }
    }

    private async Task ReasonAsync(Task receiving, Exception echo)
    {
        try
        {
            await receiving.WaitAsync(s_endTimeout, _client.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw RpcException.Of(
                StatusCode.Unavailable, "the server takes no more batches and does not say why").CausedBy(echo);
        }
    }

    // Wakes the sending half, wherever it waits: in a write that nobody takes any more, or for work. Only once the task
    // is complete: woken earlier, it would see a stream that is still there, and wait again for ever.
    private async Task WakeBehindAsync(Task receiving, CancellationTokenSource ending)
    {
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ending.CancelAsync().ConfigureAwait(false);
        _work.Set();
    }

    private async Task SendAsync(
        DuplexStream<WireMessage, ReceivedMessage> call, OutgoingBatch[] again, Task receiving)
    {
        foreach (OutgoingBatch batch in again)
        {
            await WriteAsync(call, batch).ConfigureAwait(false);
        }

        while (!receiving.IsCompleted)
        {
            UnderWay underWay = _inFlight.Load;
            OutgoingBatch? batch = underWay.Batches < _options.WindowBatches
                ? await TakeAsync(underWay).ConfigureAwait(false)
                : null;
            if (batch is not null)
            {
                _inFlight.Add(batch);
                await WriteAsync(call, batch).ConfigureAwait(false);
                continue;
            }

            if (IsFinished)
            {
                await call.CompleteAsync().ConfigureAwait(false);
                return;
            }

            await _work.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The next batch that should leave, without those that an earlier process is known to have stored.
    /// </summary>
    private async ValueTask<OutgoingBatch?> TakeAsync(UnderWay underWay)
    {
        while (await _source.TryTakeAsync(underWay).ConfigureAwait(false) is { } batch)
        {
            if ((long)batch.LastTicket >= _storedBelow)
            {
                return batch;
            }

            _source.Fail(batch, StoredEarlier());
        }

        return null;
    }

    private Task WriteAsync(DuplexStream<WireMessage, ReceivedMessage> call, OutgoingBatch batch)
    {
        _outgoing.Batch = batch;
        _outgoing.FirstSequence = IsNamed ? _numbers.SequenceOf(batch.FirstTicket) : 0;
        return call.WriteAsync(_outgoing);
    }

    // Copied, not sent: there is a connection, and only from here on may an answer come for it.
    private void Written(OutgoingBatch batch)
    {
        if (!IsConnected)
        {
            IsConnected = true;
            ClientMetrics.Streams.Add(1);
        }

        _inFlight.Written(batch, _client.Time.GetTimestamp());
        ClientMetrics.Batches.Add(1);
    }

    private async Task ReceiveAsync(DuplexStream<WireMessage, ReceivedMessage> call)
    {
        while (await call.Responses.ReadAsync().ConfigureAwait(false))
        {
            using (ReceivedMessage message = call.Responses.Current)
            {
                Answer(ParseAnswer(message.Bytes));
            }

            if (!_source.IsWaking)
            {
                _work.Set();
            }
        }
    }

    private void Answer(in AppendAnswer answer)
    {
        OutgoingBatch batch = _inFlight.Answered()
            ?? throw RpcException.Of(StatusCode.Internal, "the server answered what it was not asked");
        _pause.Worked();
        _outage.Worked();
        LastError = null;
        if (FindLie(answer, batch) is { } lie)
        {
            ClientMetrics.Failures.Add(1);
            _source.Fail(batch, new AppendException(AppendOutcome.Unknown, lie.Message, lie));
            return;
        }

        ClientMetrics.Records.Add(batch.Count);
        _source.Complete(batch, new AppendedBatch(
            answer.FirstIndex,
            batch.Count,
            TimeOf(answer.ReceivedUnixMicros),
            IsNamed ? _numbers.SequenceOf(batch.FirstTicket) : 0,
            answer.Checkpoint.IsEmpty ? default : answer.Checkpoint.ToArray()));
    }

    private static AppendAnswer ParseAnswer(ReadOnlyMemory<byte> message)
    {
        try
        {
            return AppendAnswer.Parse(message);
        }
        catch (RpcException none) when (CallErrors.IsNoMessage(none))
        {
            // Taken as an answer with nothing in it, which fits no batch: its records are told, and the stream goes on.
            return default;
        }
    }

    /// <summary>What cannot be true of an answer; null: it may be.</summary>
    private LedgerViolationException? FindLie(in AppendAnswer answer, OutgoingBatch batch)
    {
        ulong from = _answeredEnd;
        if (answer.Count != (uint)batch.Count)
        {
            return WrongAnswer.To(_ledger, $"an answer for {batch.Count:N0} records", $"one for {answer.Count:N0}");
        }

        if (answer.FirstIndex < from || answer.FirstIndex > (ulong)long.MaxValue - answer.Count)
        {
            // Told once: if the ledger did go back, what is appended from now on has indexes of its own.
            _answeredEnd = 0;
            return WrongAnswer.To(
                _ledger, $"indexes from {from:N0} on, behind those of the records before",
                $"index {answer.FirstIndex:N0}");
        }

        _answeredEnd = answer.FirstIndex + answer.Count;
        return _options.Ack == Protocol.V1.Ack.Checkpointed ? FindUncovered(answer) : null;
    }

    // Whether it is signed, and by whom, is for a verifier to see; here it must be a checkpoint behind the batch.
    private LedgerViolationException? FindUncovered(in AppendAnswer answer)
    {
        ulong end = answer.FirstIndex + answer.Count;
        try
        {
            ulong size = Proofs.Checkpoint.Parse(Proofs.SignedNote.Parse(answer.Checkpoint.ToArray()).Text).Size;
            return size >= end ? null
                : WrongAnswer.To(_ledger, $"a checkpoint of at least {end:N0} entries", $"one of {size:N0}");
        }
        catch (Proofs.MalformedDataException none)
        {
            return WrongAnswer.To(_ledger, "a checkpoint", "something that is none", none);
        }
    }

    private static DateTimeOffset TimeOf(ulong unixMicros) =>
        unixMicros <= long.MaxValue / MicrosPerSecond
            ? DateTimeOffset.UnixEpoch.AddTicks((long)unixMicros * TimeSpan.TicksPerMicrosecond)
            : DateTimeOffset.MaxValue;

    private ITimer WatchAnswers(CancellationTokenSource ending)
    {
        TimeSpan period = _options.AnswerTimeout / 4;
        return _client.Time.CreateTimer(
            _ =>
            {
                if (_inFlight.OldestSentAt is not { } sentAt
                    || _client.Time.GetElapsedTime(sentAt) <= _options.AnswerTimeout)
                {
                    return;
                }

                try
                {
                    ending.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // The stream ended in this very moment.
                }
            },
            state: null,
            period,
            period);
    }
}
