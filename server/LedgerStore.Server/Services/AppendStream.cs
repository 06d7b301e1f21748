// Appender/AppendStream: batches in, answers out in order, many under way at once. Two loops share one bounded channel:
// this call's thread reads and submits, a second one waits for the answers and writes them.
// Memory is bounded by the channel: when the client does not read its answers, nothing more is read from it.
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;

namespace LedgerStore.Server.Services;

/// <summary>One open append stream.</summary>
internal sealed class AppendStream
{
    // At 64 records each this is more than a disk with 10 ms syncs needs to stay busy. Bytes are bounded besides.
    private const int PendingMax = 128;

    // Two of the largest batches: a third waits until one of them is durable.
    private const long PendingBytesMax = 2L * StoreLimits.BatchBytesMax;

    private const int FlushAtBytes = 64 * 1024;
    private static readonly WriteOptions s_atOnce = new();
    private static readonly WriteOptions s_buffered = new(WriteFlags.BufferHint);
    private static readonly TimeSpan s_busyPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_busyPatience = TimeSpan.FromSeconds(10);

    private readonly IAsyncStreamReader<ReceivedMessage> _requests;
    private readonly IServerStreamWriter<WireMessage> _responses;
    private readonly ServerCallContext _call;
    private readonly AppendIntake _intake = new();
    private readonly CallAccess _access;
    private readonly Channel<PendingAppend> _pending = Channel.CreateBounded<PendingAppend>(
        new BoundedChannelOptions(PendingMax) { SingleReader = true, SingleWriter = true });

    private readonly SemaphoreSlim _answered = new(0, 1);
    private long _pendingBytes;

    // The loop of answers alone: the message that is sent, and what was written and not sent yet.
    private readonly AnswerMessage _answer = new();
    private int _unflushedBytes;

    internal AppendStream(
        IAsyncStreamReader<ReceivedMessage> requests,
        IServerStreamWriter<WireMessage> responses,
        ServerCallContext call)
    {
        _requests = requests;
        _responses = responses;
        _call = call;
        _access = CallAccess.Of(call);

        // The first refusal ends the stream: nothing that was sent behind it is appended.
        _intake.Bind(_access, new AppendChain());
    }

    /// <summary>Ends when the client has sent its last batch and every answer is written.</summary>
    internal async ValueTask RunAsync()
    {
        await _call.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        Task answers = Task.Run(WriteAnswersAsync);
        Exception? failure = null;
        try
        {
            await ReadRequestsAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
        }

        // What was submitted before is answered before the status: the client learns what is certainly stored.
        _pending.Writer.Complete();
        await answers.ConfigureAwait(false);
        _answered.Dispose();
        if (failure is not null)
        {
            throw Rethrown(failure);
        }
    }

    private static Exception Rethrown(Exception failure) => StoreErrors.Translate(failure) ?? failure;

    private async ValueTask ReadRequestsAsync()
    {
        while (await _requests.MoveNext(_call.CancellationToken).ConfigureAwait(false))
        {
            using ReceivedMessage request = _requests.Current;
            _intake.Request.Parse(request.Bytes);
            if (!_intake.IsDecided)
            {
                await DecideAsync().ConfigureAwait(false);
            }

            await WaitForRoomAsync(_intake.Request.Payload.Length).ConfigureAwait(false);
            PendingAppend next;
            try
            {
                next = _intake.Begin(_call.CancellationToken);
            }
            catch (StoreException busy) when (busy.Reason == StoreReason.Busy)
            {
                next = await BeginAgainSlowAsync().ConfigureAwait(false);
            }

            Interlocked.Add(ref _pendingBytes, next.Bytes);
            if (!_pending.Writer.TryWrite(next))
            {
                await _pending.Writer.WriteAsync(next, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // A stream that goes on with another ledger counts against that one's quota too.
    private async ValueTask DecideAsync() => _access.OpenStream(await _intake.DecideAsync().ConfigureAwait(false));

    // One request of any size always has room, so that a stream cannot wait for itself.
    private async ValueTask WaitForRoomAsync(int bytes)
    {
        while (Volatile.Read(ref _pendingBytes) is > 0 and var held && held + bytes > PendingBytesMax)
        {
            await _answered.WaitAsync(_call.CancellationToken).ConfigureAwait(false);
        }
    }

    // The engine's queues are full of others' batches: this stream stops reading, and so does its client.
    private async ValueTask<PendingAppend> BeginAgainSlowAsync()
    {
        long began = _access.Services.Time.GetTimestamp();
        while (true)
        {
            await Task.Delay(s_busyPause, _access.Services.Time, _call.CancellationToken).ConfigureAwait(false);
            try
            {
                return _intake.Begin(_call.CancellationToken);
            }
            catch (StoreException busy) when (busy.Reason == StoreReason.Busy
                && _access.Services.Time.GetElapsedTime(began) < s_busyPatience)
            {
                // Its request is still in the buffers it arrived in.
            }
        }
    }

    private async Task WriteAnswersAsync()
    {
        bool hasFailed = false;
        ChannelReader<PendingAppend> reader = _pending.Reader;
        while (await reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (reader.TryRead(out PendingAppend next))
            {
                hasFailed = !await TryAnswerAsync(next, hasFailed, reader).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Answers one batch; after a failure only waits for it, so that its memory and quota come back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryAnswerAsync(
        PendingAppend next, bool hasFailed, ChannelReader<PendingAppend> reader)
    {
        try
        {
            AppendAnswer ready = await AppendService.FinishAsync(next, _call.CancellationToken).ConfigureAwait(false);
            if (hasFailed)
            {
                return false;
            }

            bool isNextReady = reader.TryPeek(out PendingAppend following) && following.Answer.IsCompleted;
            await SendAsync(ready, hasMore: isNextReady).ConfigureAwait(false);
            return true;
        }
        catch (Exception error)
        {
            if (!hasFailed)
            {
                _access.End!.End(StoreErrors.Translate(error) ?? error as RpcException ?? Unexpected(error));
            }

            return false;
        }
        finally
        {
            Interlocked.Add(ref _pendingBytes, -next.Bytes);
            Wake();
        }
    }

    // Answers that are ready together leave together.
    private Task SendAsync(in AppendAnswer next, bool hasMore)
    {
        _answer.Answer = next;
        _unflushedBytes += next.Length;
        bool waits = hasMore && _unflushedBytes < FlushAtBytes;
        _responses.WriteOptions = waits ? s_buffered : s_atOnce;
        _unflushedBytes = waits ? _unflushedBytes : 0;
        return _responses.WriteAsync(_answer);
    }

    private void Wake()
    {
        if (_answered.CurrentCount == 0)
        {
            _answered.Release();
        }
    }

    private RpcException Unexpected(Exception error) => _call.CancellationToken.IsCancellationRequested
        ? RpcException.Of(StatusCode.Cancelled, "the call was cancelled").CausedBy(error)
        : RpcException.Of(StatusCode.Internal, "the server failed in an unexpected way").CausedBy(error);
}
