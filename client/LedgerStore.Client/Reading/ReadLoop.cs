// One read from its first event to its last, over as many connections as it takes.
// Owned by one enumeration.

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Client;

internal sealed class ReadLoop(ServerConnection client, string ledger, ReadOptions options)
{
    // Below the size from which arrays are collected last.
    private const int PieceBytes = 48 * 1024;

    // Entries are taken out of the message, and no object is made for them.
    private static readonly Method<ReadRequest, ReceivedMessage> s_read = new(
        LedgerMethods.Read.Type,
        LedgerMethods.Read.ServiceName,
        LedgerMethods.Read.Name,
        LedgerMethods.Read.RequestMarshaller,
        ReceivedMessage.Marshaller);

    private readonly List<ReadStep> _pieces = [];
    private readonly RetryPause _pause = new(client.Time, options.RetryDelayMax);

    // The index that comes next; null until the server has found the first one for a time, or from the end.
    private ulong? _next = options.FromTime is null && options.FromEnd is null ? options.From : null;
    private ulong _seen;

    internal async IAsyncEnumerable<ReadStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!IsAtLimit)
        {
            using CancellationTokenSource ending =
                CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using ITimer silence = client.Time.CreateTimer(
                static state => Cancel((CancellationTokenSource)state!), ending, options.SilenceMax,
                Timeout.InfiniteTimeSpan);
            using ResponseStream<ReceivedMessage> call = client.Channel.ServerStream(
                s_read, Request(), new CallLimits { CancellationToken = ending.Token });
            while (true)
            {
                _pause.Waits();
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

                silence.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _pause.Worked();
                using (ReceivedMessage message = call.Current)
                {
                    Take(message.Bytes);
                }

                foreach (ReadStep step in _pieces)
                {
                    yield return step;
                }

                // However long the reader took for them, only what comes after is the server's time.
                silence.Change(options.SilenceMax, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private bool IsAtLimit => options.Limit > 0 && _seen >= options.Limit;

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
        RpcException.Of(StatusCode.Unavailable, "the server ended a read that follows");

    private static bool IsTransient(RpcException error) => !CallErrors.IsNoMessage(error) && error.StatusCode
        is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown
        or StatusCode.Aborted or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded;

    private async ValueTask<(bool IsOver, RpcException? Failure)> AdvanceAsync(
        ResponseStream<ReceivedMessage> call, CancellationToken cancellationToken)
    {
        try
        {
            return (!await call.ReadAsync().ConfigureAwait(false), null);
        }
        catch (RpcException none) when (WrongAnswer.IsNone(none))
        {
            throw WrongAnswer.None(ledger, "Read", none);
        }
        catch (RpcException error) when (IsTransient(error))
        {
            return (false, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, RpcException.Of(
                StatusCode.Unavailable,
                $"the server sent nothing of the read for {options.SilenceMax.TotalSeconds:0.###} s"));
        }
    }

    private async ValueTask PauseAsync(RpcException failure, CancellationToken cancellationToken)
    {
        _pause.Failed();
        if (_pause.FailingFor > options.GiveUpAfter)
        {
            throw failure;
        }

        await Task.Delay(_pause.Take(failure.RetryAfter), client.Time, cancellationToken).ConfigureAwait(false);
    }

    private ReadRequest Request()
    {
        ReadRequest request = new()
        {
            Ledger = ledger,
            Limit = options.Limit == 0 ? 0 : options.Limit - _seen,
            Follow = options.Follow,
            Until = options.Until is { } until ? Timestamp.FromDateTimeOffset(until) : null,
        };
        if (_next is { } index)
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

    /// <summary>Makes the pieces of one message.</summary>
    private void Take(ReadOnlyMemory<byte> message)
    {
        _pieces.Clear();
        try
        {
            if (EntriesMessage.TryParse(message, out EntriesMessage entries))
            {
                Take(entries);
            }
            else
            {
                _pieces.Add(Take(ReadResponse.Parser.ParseFrom(message.Span)));
            }
        }
        catch (RpcException none) when (CallErrors.IsNoMessage(none))
        {
            throw WrongAnswer.None(ledger, "Read", none);
        }
        catch (InvalidProtocolBufferException none)
        {
            throw WrongAnswer.To(ledger, "an answer to Read", $"something that is none ({none.Message})", none);
        }
    }

    // In copies of their own, since entries live as long as their reader wants; and in pieces that the garbage
    // collector takes for short-lived ones.
    private void Take(in EntriesMessage entries)
    {
        Move(entries.FirstIndex, entries.Count);
        ReadOnlySpan<byte> rest = entries.Bundle.Span;
        ulong first = entries.FirstIndex;
        int count = 0;
        int bytes = 0;
        while (bytes < rest.Length)
        {
            if (!BinaryPrimitives.TryReadUInt16BigEndian(rest[bytes..], out ushort length)
                || rest.Length - bytes - EntryBundle.LengthBytes < length)
            {
                throw NoEntries();
            }

            count++;
            bytes += EntryBundle.LengthBytes + length;
            if (bytes >= PieceBytes || bytes == rest.Length)
            {
                ReadStep piece = new(first, count, rest[..bytes].ToArray(), Event: null);
                DemandEntries(piece);
                _pieces.Add(piece);
                rest = rest[bytes..];
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

    private LedgerViolationException NoEntries() => WrongAnswer.To(
        ledger, "entries with their count and lengths", "entries that are not what their count and lengths say");

    // Whoever shows or decodes an entry may rely on it being one.
    private static void DemandEntries(in ReadStep piece)
    {
        foreach (ReadOnlyMemory<byte> entry in piece.Split())
        {
            _ = EntryView.Parse(entry.Span);
        }
    }

    private ReadStep Take(ReadResponse other)
    {
        switch (other.EventCase)
        {
            case ReadResponse.EventOneofCase.Expired:
                Move(other.Expired.FirstIndex, other.Expired.Count);
                if (other.Expired.Root.Length != Hash256.Length)
                {
                    throw WrongAnswer.To(
                        ledger, $"a root of {Hash256.Length} bytes", $"one of {other.Expired.Root.Length:N0}");
                }

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
                throw WrongAnswer.To(ledger, "entries", "what only a read that follows is sent");
            case ReadResponse.EventOneofCase.CaughtUp:
                DemandSize(other.CaughtUp.Size);
                return EventStep(new CaughtUp(other.CaughtUp.Size));
            case ReadResponse.EventOneofCase.Heartbeat:
                DemandSize(other.Heartbeat.Size);
                return EventStep(new Heartbeat(other.Heartbeat.Size, TimeOf(other.Heartbeat.Time)));
            default:
                throw WrongAnswer.To(ledger, "entries", "an event that this client does not know");
        }
    }

    private DateTimeOffset TimeOf(Timestamp? time) => time is null ? DateTimeOffset.UnixEpoch
        : WrongAnswer.IsTime(time) ? time.ToDateTimeOffset()
        : throw WrongAnswer.To(ledger, "a time", "one that is none");

    // A ledger does not shrink below what was sent of it.
    private void DemandSize(ulong size)
    {
        if (size < _next)
        {
            throw WrongAnswer.To(ledger, $"a size of at least {_next:N0}", $"the size {size:N0}");
        }
    }

    private static ReadStep EventStep(LedgerEvent next) => new(0, 0, default, next);

    // Ranges follow each other. Anything else would be a gap, or entries twice, and nobody would see it.
    private void Move(ulong first, ulong count)
    {
        if (_next is { } expected && first != expected)
        {
            throw WrongAnswer.To(ledger, $"index {expected:N0}, which comes next", $"index {first:N0}");
        }

        if (count == 0 || count > long.MaxValue - first || (options.Limit > 0 && count > options.Limit - _seen))
        {
            throw WrongAnswer.To(
                ledger,
                options.Limit == 0 ? $"indexes from {first:N0} on" : $"at most {options.Limit - _seen:N0} more indexes",
                $"{count:N0} indexes from {first:N0}");
        }

        _next = first + count;
        _seen += count;
    }
}
