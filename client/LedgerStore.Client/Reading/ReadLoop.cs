// One read from its first event to its last, over as many connections as it takes.
// Owned by one enumeration.

using System.Buffers;
using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Client;

internal sealed class ReadLoop(LedgerClient client, string ledger, ReadOptions options)
{
    // Below the size from which arrays are collected last.
    private const int PieceBytes = 48 * 1024;

    private readonly List<ReadStep> pieces = [];
    private readonly RetryPause pause = new(client.Time, options.RetryDelayMax);

    // The index that comes next; null until the server has found the first one for a time, or from the end.
    private ulong? next = options.FromTime is null && options.FromEnd is null ? options.From : null;
    private ulong seen;

    internal async IAsyncEnumerable<ReadStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!IsAtLimit)
        {
            using CancellationTokenSource ending =
                CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using ITimer silence = client.Time.CreateTimer(
                static state => Cancel((CancellationTokenSource)state!), ending, SilenceMax, Timeout.InfiniteTimeSpan);
            using ServerStreamCall<ReadResponse> call = client.Channel.ServerStream(
                LedgerMethods.Read, Request(), new CallOptions { CancellationToken = ending.Token });
            while (true)
            {
                (bool isOver, RpcException? failure) = await AdvanceAsync(call, cancellationToken)
                    .ConfigureAwait(false);
                if (failure is not null)
                {
                    await PauseAsync(failure, cancellationToken).ConfigureAwait(false);
                    break;
                }

                if (isOver)
                {
                    if (!options.Follow || IsAtLimit)
                    {
                        yield break;
                    }

                    // A server that drains ends the streams that follow; another one goes on.
                    await PauseAsync(EndedEarly(), cancellationToken).ConfigureAwait(false);
                    break;
                }

                silence.Change(SilenceMax, Timeout.InfiniteTimeSpan);
                pause.Worked();
                if (EntriesMessage.TryParse(call.RawResponses.Current, out EntriesMessage entries))
                {
                    pieces.Clear();
                    Take(entries);
                    foreach (ReadStep step in pieces)
                    {
                        yield return step;
                    }
                }
                else
                {
                    yield return Take(ReadResponse.Parser.ParseFrom(call.RawResponses.Current));
                }
            }
        }
    }

    private TimeSpan SilenceMax => options.Follow ? options.SilenceMax : Timeout.InfiniteTimeSpan;

    private bool IsAtLimit => options.Limit > 0 && seen >= options.Limit;

    private static void Cancel(CancellationTokenSource ending)
    {
        try
        {
            ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in this very moment.
        }
    }

    private static RpcException EndedEarly() =>
        new(StatusCode.Unavailable, "the server ended a read that follows");

    private static bool IsTransient(RpcException error) => !error.IsMessageTooLarge && error.Code
        is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown
        or StatusCode.Aborted or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded;

    private static async ValueTask<(bool IsOver, RpcException? Failure)> AdvanceAsync(
        ServerStreamCall<ReadResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            return (!await call.RawResponses.ReadAsync().ConfigureAwait(false), null);
        }
        catch (RpcException error) when (IsTransient(error))
        {
            return (false, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, new RpcException(StatusCode.Unavailable, "the server was silent for too long"));
        }
    }

    private async ValueTask PauseAsync(RpcException failure, CancellationToken cancellationToken)
    {
        pause.Failed();
        if (pause.FailingFor > options.GiveUpAfter)
        {
            throw failure;
        }

        await Task.Delay(pause.Take(failure.RetryAfter), client.Time, cancellationToken).ConfigureAwait(false);
    }

    private ReadRequest Request()
    {
        ReadRequest request = new()
        {
            Ledger = ledger,
            Limit = options.Limit == 0 ? 0 : options.Limit - seen,
            Follow = options.Follow,
            Until = options.Until is { } until ? Timestamp.FromDateTimeOffset(until) : null,
        };
        if (next is { } index)
        {
            request.Index = index;
        }
        else if (options.FromTime is { } time)
        {
            request.Time = Timestamp.FromDateTimeOffset(time);
        }
        else
        {
            request.FromEnd = options.FromEnd!.Value;
        }

        return request;
    }

    // In copies of their own, since entries live as long as their reader wants; and in pieces that the garbage
    // collector takes for short-lived ones.
    private void Take(in EntriesMessage entries)
    {
        Move(entries.FirstIndex, entries.Count);
        ReadOnlySequence<byte> bundle = entries.Bundle;
        SequenceReader<byte> lengths = new(bundle);
        ulong first = entries.FirstIndex;
        SequencePosition start = bundle.Start;
        int count = 0;
        long bytes = 0;
        while (lengths.Remaining > 0)
        {
            if (!lengths.TryReadBigEndian(out short length) || lengths.Remaining < (ushort)length)
            {
                throw NoEntries();
            }

            lengths.Advance((ushort)length);
            count++;
            bytes += EntryBundle.LengthBytes + (ushort)length;
            if (bytes >= PieceBytes || lengths.Remaining == 0)
            {
                pieces.Add(new ReadStep(first, count, bundle.Slice(start, bytes).ToArray(), Event: null));
                start = lengths.Position;
                first += (ulong)count;
                count = 0;
                bytes = 0;
            }
        }

        if (first != entries.FirstIndex + entries.Count)
        {
            throw NoEntries();
        }

        ClientMetrics.ReadEntries.Add(entries.Count);
    }

    private static RpcException NoEntries() =>
        new(StatusCode.DataLoss, "the server sent entries that are not what their count and lengths say");

    private ReadStep Take(ReadResponse other)
    {
        switch (other.EventCase)
        {
            case ReadResponse.EventOneofCase.Expired:
                Move(other.Expired.FirstIndex, other.Expired.Count);
                return EventStep(new ExpiredRange(
                    other.Expired.FirstIndex, other.Expired.Count, new Hash256(other.Expired.Root.Span),
                    other.Expired.Tombstone));
            case ReadResponse.EventOneofCase.Unreadable:
                Move(other.Unreadable.FirstIndex, other.Unreadable.Count);
                return EventStep(new UnreadableRange(
                    other.Unreadable.FirstIndex, other.Unreadable.Count,
                    other.Unreadable.Cause == Unreadable.Types.Cause.Damaged, other.Unreadable.Reason));
            case ReadResponse.EventOneofCase.CaughtUp or ReadResponse.EventOneofCase.Heartbeat when !options.Follow:
                // Of these a server could send any number, and the read would never end.
                throw new RpcException(
                    StatusCode.DataLoss, "the server sent what only a read that follows is sent");
            case ReadResponse.EventOneofCase.CaughtUp:
                return EventStep(new CaughtUp(other.CaughtUp.Size));
            case ReadResponse.EventOneofCase.Heartbeat:
                return EventStep(new Heartbeat(
                    other.Heartbeat.Size, other.Heartbeat.Time?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch));
            default:
                throw new RpcException(StatusCode.Internal, "the server sent an event that this client does not know");
        }
    }

    private static ReadStep EventStep(LedgerEvent next) => new(0, 0, default, next);

    // Ranges follow each other. Anything else would be a gap, or entries twice, and nobody would see it.
    private void Move(ulong first, ulong count)
    {
        if (next is { } expected && first != expected)
        {
            throw new RpcException(
                StatusCode.DataLoss, $"the server sent index {first:N0} where {expected:N0} comes next");
        }

        if (count == 0 || count > long.MaxValue - first || (options.Limit > 0 && count > options.Limit - seen))
        {
            throw new RpcException(
                StatusCode.DataLoss, $"the server sent {count:N0} indexes from {first:N0}, which was not asked for");
        }

        next = first + count;
        seen += count;
    }
}
