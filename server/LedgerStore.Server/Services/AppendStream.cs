// Appender/AppendStream: batches in, answers out in order, many under way at once. Two loops share one bounded channel:
// this call's thread reads and submits, a second one waits for the answers and writes them.
// Memory is bounded by the channel: when the client does not read its answers, nothing more is read from it.
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Rights;

namespace LedgerStore.Server.Services;

/// <summary>One open append stream.</summary>
internal sealed class AppendStream
{
    // At 64 records each this is more than a disk with 10 ms syncs needs to stay busy. Bytes are bounded besides.
    private const int PendingMax = 128;

    // Two of the largest batches: a third waits until one of them is durable.
    private const long PendingBytesMax = 2L * StoreLimits.BatchBytesMax;

    private const int FlushAtBytes = 64 * 1024;
    private static readonly WriteOptions AtOnce = new();
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(10);

    private readonly IAsyncStreamReader<ReceivedMessage> requests;
    private readonly IServerStreamWriter<WireMessage> responses;
    private readonly ServerCallContext call;
    private readonly AppendIntake intake = new();
    private readonly CallAccess access;
    private readonly Channel<PendingAppend> pending = Channel.CreateBounded<PendingAppend>(
        new BoundedChannelOptions(PendingMax) { SingleReader = true, SingleWriter = true });

    private readonly SemaphoreSlim answered = new(0, 1);
    private long pendingBytes;

    // The loop of answers alone: the message that is sent, and what was written and not sent yet.
    private readonly AnswerMessage answer = new();
    private int unflushedBytes;

    internal AppendStream(
        IAsyncStreamReader<ReceivedMessage> requests,
        IServerStreamWriter<WireMessage> responses,
        ServerCallContext call)
    {
        this.requests = requests;
        this.responses = responses;
        this.call = call;
        access = CallAccess.Of(call);

        // The first refusal ends the stream: nothing that was sent behind it is appended.
        intake.Bind(access, new AppendChain());
    }

    /// <summary>Ends when the client has sent its last batch and every answer is written.</summary>
    internal async ValueTask RunAsync()
    {
        await call.WriteResponseHeadersAsync([]).ConfigureAwait(false);
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
        pending.Writer.Complete();
        await answers.ConfigureAwait(false);
        answered.Dispose();
        if (failure is not null)
        {
            throw Rethrown(failure);
        }
    }

    private static Exception Rethrown(Exception failure) => StoreErrors.Translate(failure) ?? failure;

    private async ValueTask ReadRequestsAsync()
    {
        while (await requests.MoveNext(call.CancellationToken).ConfigureAwait(false))
        {
            using ReceivedMessage request = requests.Current;
            intake.Request.Parse(request.Bytes);
            if (!intake.IsDecided)
            {
                await DecideAsync().ConfigureAwait(false);
            }

            await WaitForRoomAsync(intake.Request.Payload.Length).ConfigureAwait(false);
            PendingAppend next;
            try
            {
                next = intake.Begin(call.CancellationToken);
            }
            catch (StoreException busy) when (busy.Reason == StoreReason.Busy)
            {
                next = await BeginAgainSlowAsync().ConfigureAwait(false);
            }

            Interlocked.Add(ref pendingBytes, next.Bytes);
            if (!pending.Writer.TryWrite(next))
            {
                await pending.Writer.WriteAsync(next, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // A stream that goes on with another ledger counts against that one's quota too.
    private async ValueTask DecideAsync() => access.OpenStream(await intake.DecideAsync().ConfigureAwait(false));

    // One request of any size always has room, so that a stream cannot wait for itself.
    private async ValueTask WaitForRoomAsync(int bytes)
    {
        while (Volatile.Read(ref pendingBytes) is > 0 and var held && held + bytes > PendingBytesMax)
        {
            await answered.WaitAsync(call.CancellationToken).ConfigureAwait(false);
        }
    }

    // The engine's queues are full of others' batches: this stream stops reading, and so does its client.
    private async ValueTask<PendingAppend> BeginAgainSlowAsync()
    {
        long began = access.Services.Time.GetTimestamp();
        while (true)
        {
            await Task.Delay(BusyPause, access.Services.Time, call.CancellationToken).ConfigureAwait(false);
            try
            {
                return intake.Begin(call.CancellationToken);
            }
            catch (StoreException busy) when (busy.Reason == StoreReason.Busy
                && access.Services.Time.GetElapsedTime(began) < BusyPatience)
            {
                // Its request is still in the buffers it arrived in.
            }
        }
    }

    private async Task WriteAnswersAsync()
    {
        bool hasFailed = false;
        ChannelReader<PendingAppend> reader = pending.Reader;
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
            AppendAnswer ready = await AppendService.FinishAsync(next, call.CancellationToken).ConfigureAwait(false);
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
                access.End!.End(StoreErrors.Translate(error) ?? error as RpcException ?? Unexpected(error));
            }

            return false;
        }
        finally
        {
            Interlocked.Add(ref pendingBytes, -next.Bytes);
            Wake();
        }
    }

    // Answers that are ready together leave together.
    private Task SendAsync(in AppendAnswer next, bool hasMore)
    {
        answer.Answer = next;
        unflushedBytes += next.Length;
        bool waits = hasMore && unflushedBytes < FlushAtBytes;
        responses.WriteOptions = waits ? Buffered : AtOnce;
        unflushedBytes = waits ? unflushedBytes : 0;
        return responses.WriteAsync(answer);
    }

    private void Wake()
    {
        if (answered.CurrentCount == 0)
        {
            answered.Release();
        }
    }

    private RpcException Unexpected(Exception error) => call.CancellationToken.IsCancellationRequested
        ? RpcException.Of(StatusCode.Cancelled, "the call was cancelled").CausedBy(error)
        : RpcException.Of(StatusCode.Internal, "the server failed in an unexpected way").CausedBy(error);
}
