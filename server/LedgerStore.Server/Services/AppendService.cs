// Appender/Append: one batch, one answer.
// Stateless; the request's thread until the engine answers.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Rights;

namespace LedgerStore.Server.Services;

/// <summary>The service of the capability <c>append</c>.</summary>
internal static class AppendService
{
    // As many as submit at the same moment, not as many as wait for the disk. Each keeps at most 64 KiB of lengths.
    private const int IdleMax = 64;
    private static readonly ConcurrentQueue<AppendIntake> s_idle = new();

    /// <summary>The unary call; the request is read in place like those of the stream.</summary>
    public static async ValueTask<WireMessage> AppendAsync(ReceivedMessage request, ServerCallContext call)
    {
        PendingAppend pending;
        using (request)
        {
            pending = await BeginAsync(request, call).ConfigureAwait(false);
        }

        AppendAnswer answer = await FinishAsync(pending, call.CancellationToken).ConfigureAwait(false);
        return new AnswerMessage { Answer = answer };
    }

    private static async ValueTask<PendingAppend> BeginAsync(ReceivedMessage request, ServerCallContext call)
    {
        // One that a refusal leaves behind is not used again.
        AppendIntake intake = s_idle.TryDequeue(out AppendIntake? used) ? used : new AppendIntake();
        intake.Bind(CallAccess.Of(call), batches: null);
        intake.Request.Parse(request.Bytes);
        await intake.DecideAsync().ConfigureAwait(false);
        PendingAppend pending = intake.Begin(call.CancellationToken);
        intake.Unbind();
        if (s_idle.Count < IdleMax)
        {
            s_idle.Enqueue(intake);
        }

        return pending;
    }

    /// <summary>The bidirectional call.</summary>
    public static ValueTask AppendStreamAsync(
        IAsyncStreamReader<ReceivedMessage> requests,
        IServerStreamWriter<WireMessage> responses,
        ServerCallContext call) =>
        new AppendStream(requests, responses, call).RunAsync();

    /// <summary>Waits until the batch is what its request asked for: durable, or covered by a checkpoint.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<AppendAnswer> FinishAsync(
        PendingAppend pending, CancellationToken cancellationToken)
    {
        AppendResult result;
        try
        {
            result = await pending.Answer.ConfigureAwait(false);
        }
        finally
        {
            pending.Meter.Release(pending.Bytes);
        }

        ReadOnlyMemory<byte> checkpoint = default;
        if (pending.WaitsForCheckpoint)
        {
            // Stored already: a client that does not wait for it, or a store that has stopped signing, changes nothing.
            PublishedCheckpoint covering = await pending.Ledger
                .WaitForCheckpointAsync(result.FirstIndex + result.Count, cancellationToken).ConfigureAwait(false);
            checkpoint = covering.Note;
        }

        return new AppendAnswer
        {
            Checkpoint = checkpoint,
            FirstIndex = (ulong)result.FirstIndex,
            Count = (uint)result.Count,
            ReceivedUnixMicros = (ulong)result.ReceivedMicros,
            IsDuplicate = result.IsDuplicate,
        };
    }
}
