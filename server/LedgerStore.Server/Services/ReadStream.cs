// One read under way. Bounded memory: one slice of the engine and what the transport holds of it; when the client does
// not read, the flush waits, and nothing more is taken from the engine. Owned by its call, one thread at a time.
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Following;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;

namespace LedgerStore.Server.Services;

/// <summary>Delivers a range, and follows if asked to.</summary>
internal sealed class ReadStream(
    Ledger ledger, ReadRange range, IServerStreamWriter<WireMessage> responses, ServerCallContext call)
{
    // Small messages that are ready together leave together.
    private const int FlushAtBytes = 64 * 1024;
    private static readonly WriteOptions s_atOnce = new();
    private static readonly WriteOptions s_buffered = new(WriteFlags.BufferHint);

    private readonly ReadMessage _message = new();
    private int _unflushedBytes;
    private readonly CallAccess _access = CallAccess.Of(call);
    private long _next = range.First;
    private Unreadable? _hole;

    internal async ValueTask RunAsync()
    {
        await DeliverAsync(Math.Min(range.End, ledger.Size)).ConfigureAwait(false);
        if (_next >= ledger.Size)
        {
            // An answer that ends here says that there is no more.
            ledger.ThrowIfEndIsUnknown();
        }

        if (!range.Follows || _next >= range.End)
        {
            return;
        }

        await WriteEventAsync(new ReadResponse { CaughtUp = new CaughtUp { Size = (ulong)ledger.Size } })
            .ConfigureAwait(false);
        await FollowAsync().ConfigureAwait(false);
    }

    private async ValueTask FollowAsync()
    {
        Followers followers = _access.Services.Followers;
        Follower follower = new();
        FollowerHub hub = followers.Join(ledger);
        try
        {
            while (_next < range.End)
            {
                await hub.WaitAsync(follower, _next, call.CancellationToken).ConfigureAwait(false);
                if (ledger.Size == _next)
                {
                    await WriteEventAsync(HeartbeatNow()).ConfigureAwait(false);
                }
                else if (!await SendSharedAsync(hub).ConfigureAwait(false))
                {
                    await DeliverAsync(Math.Min(range.End, ledger.Size)).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            followers.Leave(ledger, hub, follower);
        }
    }

    /// <summary>Sends what was made ready for all who follow the ledger.</summary>
    /// <returns>False: there is nothing, and it has to be read.</returns>
    private async ValueTask<bool> SendSharedAsync(FollowerHub hub)
    {
        long from = _next;
        while (hub.Find(_next) is { } shared && shared.End <= range.End)
        {
            _access.NoteDelivered(shared.First, shared.Count);
            _next = shared.End;
            await SendAsync(_message.Set(shared), hasMore: hub.Find(_next) is { } more && more.End <= range.End)
                .ConfigureAwait(false);
        }

        return _next != from;
    }

    /// <summary>Delivers everything up to an index that the ledger has.</summary>
    private async ValueTask DeliverAsync(long end)
    {
        while (_next < end)
        {
            try
            {
                await DeliverSoundAsync(end).ConfigureAwait(false);
            }
            catch (StoreException lost) when (lost.Reason is StoreReason.DataLoss or StoreReason.TierAway
                or StoreReason.NotConfirmed)
            {
                await SkipAsync(end, lost).ConfigureAwait(false);
            }
            catch (StoreException gone) when (gone.Reason == StoreReason.Expired)
            {
                await PassExpiredAsync(end, gone).ConfigureAwait(false);
            }
        }

        await CloseHoleAsync().ConfigureAwait(false);
    }

    private async ValueTask DeliverSoundAsync(long end)
    {
        await foreach (EntrySlice slice in ledger.ReadAsync(_next, end - _next, call.CancellationToken)
            .ConfigureAwait(false))
        {
            await CloseHoleAsync().ConfigureAwait(false);
            long sliceEnd = slice.FirstIndex + slice.Count;
            for (int offset = 0; _next < sliceEnd;)
            {
                (int bytes, int count) = EntryCuts.Next(
                    slice.Bundle[offset..], (int)(sliceEnd - _next), EntryCuts.MessageBytes);
                _message.Set(slice, offset, bytes, _next, count);
                _access.NoteDelivered(_next, count);
                _next += count;
                offset += bytes;
                await SendAsync(_message, hasMore: _next < end).ConfigureAwait(false);
            }
        }
    }

    // An empty answer must never look like "nothing happened": what has expired is said, with the hashes that prove
    // what comes behind it.
    private async ValueTask PassExpiredAsync(long end, StoreException gone)
    {
        await CloseHoleAsync().ConfigureAwait(false);
        long from = _next;
        foreach (ExpiredSubtree part in ledger.ExpiredSubtrees(_next, end))
        {
            await WriteEventAsync(ReadMessages.ExpiredOf(part)).ConfigureAwait(false);
            _next = part.FirstIndex + part.Count;
        }

        if (_next == from)
        {
            throw new InvalidOperationException($"entry {_next} has expired, and no tombstone says so", gone);
        }
    }

    // What cannot be read is a bundle, or, where the cold store is away, the rest of a segment: neighbours become one
    // event.
    private async ValueTask SkipAsync(long end, StoreException lost)
    {
        long bundleEnd = (_next / StoreLimits.EntriesPerBundle * StoreLimits.EntriesPerBundle)
            + StoreLimits.EntriesPerBundle;
        bool isWider = lost.Reason == StoreReason.TierAway && lost.FirstIndex <= _next;
        long lostEnd = isWider ? Math.Max(bundleEnd, lost.FirstIndex + lost.Count) : bundleEnd;
        long count = Math.Min(end, lostEnd) - _next;
        Unreadable.Types.Cause cause = ReadMessages.CauseOf(lost);
        if (_hole is { } open && open.Cause == cause && (long)(open.FirstIndex + open.Count) == _next)
        {
            open.Count += (ulong)count;
        }
        else
        {
            await CloseHoleAsync().ConfigureAwait(false);
            _hole = new Unreadable
            {
                FirstIndex = (ulong)_next,
                Count = (ulong)count,
                Cause = cause,
                Reason = lost.Reason switch
                {
                    StoreReason.TierAway => "the cold storage of this range is away at the moment; ask again later",
                    StoreReason.NotConfirmed =>
                        "the entries of this range are not in the store's files, and that they have expired is not "
                        + "confirmed by _audit; the operator's log says more",
                    _ => "the entries of this range cannot be read; the operator's log names the file",
                },
            };
        }

        _next += count;
    }

    private async ValueTask CloseHoleAsync()
    {
        if (_hole is { } open)
        {
            _hole = null;
            await WriteEventAsync(new ReadResponse { Unreadable = open }).ConfigureAwait(false);
        }
    }

    private ReadResponse HeartbeatNow() => new()
    {
        Heartbeat = new Heartbeat
        {
            Size = (ulong)ledger.Size,
            Time = Timestamp.FromDateTimeOffset(_access.Services.Time.GetUtcNow()),
        },
    };

    private Task WriteEventAsync(ReadResponse response) => SendAsync(_message.Set(response), hasMore: false);

    private Task SendAsync(ReadMessage next, bool hasMore)
    {
        _unflushedBytes += next.Length;
        bool waits = hasMore && _unflushedBytes < FlushAtBytes;
        responses.WriteOptions = waits ? s_buffered : s_atOnce;
        _unflushedBytes = waits ? _unflushedBytes : 0;
        return responses.WriteAsync(next);
    }
}
