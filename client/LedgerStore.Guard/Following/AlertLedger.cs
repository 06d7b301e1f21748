// The way into the ledger `_alerts`: each alert exactly once, whatever breaks and whoever is killed. The numbers of the
// producer come from what is in the ledger, proven; a call of a process that is gone and arrives late has a number that
// was used, and is refused, or ours is, and then we look again.
// Any thread; one append at a time.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Guard;

/// <summary>Reads and writes alerts.</summary>
internal sealed class AlertLedger(LedgerClient client, Verifier verifier, AlertBook book, TimeProvider time)
    : IDisposable
{
    private const int RecordsMax = 256;
    private const int ConflictsMax = 5;
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);

    public AlertBook Book => book;

    /// <summary>Reads what is there and was not read yet.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        ReadOptions options = new() { From = book.Next };
        await foreach (LedgerEvent next in client.CreateReader(AlertProducer.Ledger).Verified(verifier)
            .ReadAsync(options, cancellation).ConfigureAwait(false))
        {
            switch (next)
            {
                case LedgerEntry entry:
                    book.Take(entry);
                    break;
                case ExpiredRange gone:
                    book.Skip(gone.FirstIndex + gone.Count);
                    break;
                case UnreadableRange away:
                    throw new GuardException(
                        $"entries {away.FirstIndex} to {away.FirstIndex + away.Count - 1} of _alerts cannot be read: "
                        + $"{away.Reason}; without them nobody knows which alerts were written");
                default:
                    break;
            }
        }
    }

    public Task AppendAsync(WatchStart start, CancellationToken cancellation) =>
        AppendAsync([(AlertJson.Write(start), start)], cancellation);

    /// <summary>Makes alerts durable, those that are not yet, in their order; waits for a server that is
    /// away.</summary>
    /// <returns>Those that were not there.</returns>
    public async Task<IReadOnlyList<Alert>> AppendAsync(
        IReadOnlyList<Alert> alerts, CancellationToken cancellation)
    {
        List<Alert> fresh = [.. alerts.Where(one => !book.Has(one.Id)).DistinctBy(static one => one.Id)];
        foreach (Alert[] some in fresh.Chunk(RecordsMax))
        {
            await AppendAsync([.. some.Select(static one => (AlertJson.Write(one), (object)one))], cancellation)
                .ConfigureAwait(false);
        }

        return fresh;
    }

    public void Dispose() => _turn.Dispose();

    private async Task AppendAsync(List<(byte[] Bytes, object Record)> records, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            int conflicts = 0;
            TimeSpan pause = TimeSpan.FromMilliseconds(100);
            while (true)
            {
                _ = records.RemoveAll(one => one.Record is Alert alert && book.Has(alert.Id));
                if (records.Count == 0)
                {
                    return;
                }

                try
                {
                    await AppendOnceAsync(records, cancellation).ConfigureAwait(false);
                    return;
                }
                catch (RpcException error) when (error.StatusCode is StatusCode.FailedPrecondition
                    or StatusCode.AlreadyExists or StatusCode.Aborted && conflicts < ConflictsMax)
                {
                    // Somebody wrote with our numbers: the process before us, whose call came late.
                    conflicts++;
                    await LoadAsync(cancellation).ConfigureAwait(false);
                }
                catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable
                    or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Cancelled
                    && !cancellation.IsCancellationRequested)
                {
                    // It may be stored, or not: the same numbers with the same bytes are stored once.
                }

                await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
                pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
            }
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    private async Task AppendOnceAsync(List<(byte[] Bytes, object Record)> records, CancellationToken cancellation)
    {
        ulong sequence = book.LastSequence + 1;
        AppendRequest request = new()
        {
            Ledger = AlertProducer.Ledger,
            Producer = AlertProducer.Name,
            FirstSequence = sequence,
            ContentType = AlertJson.ContentType,
            Ack = Ack.Durable,
            Payload = Google.Protobuf.ByteString.CopyFrom([.. records.SelectMany(static one => one.Bytes)]),
        };
        request.Lengths.AddRange(records.Select(static one => (uint)one.Bytes.Length));
        AppendResponse answer = await client.AppendOnceAsync(request, cancellation).ConfigureAwait(false);
        for (int i = 0; i < records.Count; i++)
        {
            book.Appended(answer.FirstIndex + (ulong)i, sequence + (ulong)i, records[i].Record);
        }
    }
}

/// <summary>The guard cannot go on: what happened, and what to do.</summary>
internal sealed class GuardException : Exception
{
    public GuardException(string message)
        : base(message)
    {
    }

    public GuardException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
