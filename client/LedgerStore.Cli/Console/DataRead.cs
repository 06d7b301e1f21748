// Reader/Read over a data directory: entries in order, and what stands in the place of those that cannot be read. Who
// follows is told that this is the end, and waits. Owned by its call, one thread at a time.
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Wording;

namespace LedgerStore.Cli;

/// <summary>Delivers a range.</summary>
internal sealed class DataRead(Ledger ledger, IServerStreamWriter<byte[]> answers, ServerCallContext call)
{
    private long _next;

    public async Task RunAsync(ReadRequest request)
    {
        await call.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        ReadRange range = await ReadRange.OfAsync(request, ledger, call.CancellationToken).ConfigureAwait(false);
        long size = ledger.Size;
        long end = Math.Min(range.End, size);
        _next = range.First;
        while (_next < end)
        {
            try
            {
                await DeliverAsync(end).ConfigureAwait(false);
            }
            catch (StoreException gone) when (gone.Reason == StoreReason.Expired)
            {
                await PassExpiredAsync(end, gone).ConfigureAwait(false);
            }
            catch (StoreException bad) when (bad.Reason is StoreReason.DataLoss or StoreReason.TierAway
                or StoreReason.NotConfirmed)
            {
                await SkipAsync(end, bad).ConfigureAwait(false);
            }
        }

        if (_next >= size)
        {
            // An answer that ends here says that there is no more.
            ledger.ThrowIfEndIsUnknown();
        }

        if (range.Follows && _next < range.End)
        {
            await WriteAsync(new ReadResponse { CaughtUp = new CaughtUp { Size = (ulong)size } }).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DeliverAsync(long end)
    {
        await foreach (EntrySlice slice in ledger.ReadAsync(_next, end - _next, call.CancellationToken)
            .ConfigureAwait(false))
        {
            long sliceEnd = slice.FirstIndex + slice.Count;
            for (int offset = 0; _next < sliceEnd;)
            {
                (int bytes, int count) = EntryCuts.Next(
                    slice.Bundle[offset..], (int)(sliceEnd - _next), EntryCuts.MessageBytes);
                await WriteAsync(new ReadResponse
                {
                    Entries = new Entries
                    {
                        FirstIndex = (ulong)_next,
                        Count = (uint)count,
                        Bundle = ByteString.CopyFrom(slice.Bundle.Slice(offset, bytes)),
                    },
                }).ConfigureAwait(false);
                _next += count;
                offset += bytes;
            }
        }
    }

    private async Task PassExpiredAsync(long end, StoreException gone)
    {
        long before = _next;
        foreach (ExpiredSubtree part in ledger.ExpiredSubtrees(_next, end))
        {
            await WriteAsync(ReadMessages.ExpiredOf(part)).ConfigureAwait(false);
            _next = part.FirstIndex + part.Count;
        }

        if (_next <= before)
        {
            throw gone;
        }
    }

    // Whoever has the files may know which of them is damaged.
    private async Task SkipAsync(long end, StoreException bad)
    {
        long behind = Math.Min(end, bad.FirstIndex + bad.Count);
        if (bad.FirstIndex < 0 || behind <= _next)
        {
            throw bad;
        }

        await WriteAsync(new ReadResponse
        {
            Unreadable = new Unreadable
            {
                FirstIndex = (ulong)_next,
                Count = (ulong)(behind - _next),
                Cause = ReadMessages.CauseOf(bad),
                Reason = bad.Message,
            },
        }).ConfigureAwait(false);
        _next = behind;
    }

    private Task WriteAsync(ReadResponse message) => answers.WriteAsync(message.ToByteArray(), call.CancellationToken);
}
