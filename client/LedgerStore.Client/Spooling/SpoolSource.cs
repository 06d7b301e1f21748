// The sender's batches by way of the disk. Its loop writes every batch to the spool; the sender gets it from memory
// while it keeps up, and reads it back from the files when it has fallen behind.
// The writing loop and the sender's loop meet in `ready`; one lock protects it.

using System.Buffers;
using LedgerStore.Durable;

namespace LedgerStore.Client;

internal sealed class SpoolSource : IBatchSource, IDisposable
{
    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(200);

    private readonly Spool spool;
    private readonly AppendQueue queue;
    private readonly Signal incoming;
    private readonly Signal outgoing;
    private readonly Signal room = new();
    private readonly long keptBytesMax;
    private readonly Task writing;
    private readonly CancellationTokenSource givingUp = new();

    private readonly Lock gate = new();
    private readonly Queue<OutgoingBatch> ready = new();
    private long keptBytes;
    private ulong nextToSend;
    private ulong written;
    private ulong delivered;
    private bool isBehind;
    private bool isWritten;

    internal SpoolSource(Spool spool, AppendQueue queue, Signal incoming, Signal outgoing, long memoryBytesMax)
    {
        this.spool = spool;
        this.queue = queue;
        this.incoming = incoming;
        this.outgoing = outgoing;
        keptBytesMax = memoryBytesMax / 2;
        nextToSend = spool.FirstTicket;
        delivered = nextToSend - 1;
        written = spool.NextTicket - 1;
        isBehind = nextToSend <= written;
        writing = Task.Run(WriteAllAsync);
        if (isBehind)
        {
            outgoing.Set();
        }
    }

    /// <summary>A refusal or an outage never ends in giving up: the records wait in the spool.</summary>
    public bool MayGiveUp => false;

    public bool IsDrained
    {
        get
        {
            lock (gate)
            {
                return isWritten && nextToSend > written;
            }
        }
    }

    internal long StoredBytes => spool.StoredBytes;

    /// <summary>Records that are in the spool and were not answered.</summary>
    internal ulong Waiting
    {
        get
        {
            lock (gate)
            {
                return written - delivered;
            }
        }
    }

    /// <summary>
    /// Waits until everything that was handed over is in the spool, or there was no room in it for that long. The queue
    /// must be closed.
    /// </summary>
    internal async Task FinishAsync(TimeSpan patience)
    {
        givingUp.CancelAfter(patience);
        using CancellationTokenRegistration wake = givingUp.Token.UnsafeRegister(
            static state => ((Signal)state!).Set(), room);
        await writing.ConfigureAwait(false);
    }

    /// <summary>Those who are told make the writing loop look, which sets the sender's signal by itself.</summary>
    public bool IsWaking => false;

    public async ValueTask<OutgoingBatch?> TryTakeAsync(UnderWay? underWay)
    {
        ulong ticket;
        lock (gate)
        {
            if (ready.TryDequeue(out OutgoingBatch? kept))
            {
                nextToSend = kept.LastTicket + 1;
                return kept;
            }

            if (nextToSend > written)
            {
                isBehind = false;
                return null;
            }

            ticket = nextToSend;
        }

        OutgoingBatch batch = queue.RentBatch();
        try
        {
            await spool.ReadAsync(ticket, batch).ConfigureAwait(false);
        }
        catch
        {
            queue.Return(batch);
            throw;
        }

        lock (gate)
        {
            nextToSend = batch.LastTicket + 1;
        }

        return batch;
    }

    public void Complete(OutgoingBatch batch, in AppendedBatch answer)
    {
        queue.Complete(batch, answer, batch.IsCounted);
        Settled(batch);
    }

    public void Fail(OutgoingBatch batch, AppendException error)
    {
        queue.Fail(batch, error, batch.IsCounted);
        Settled(batch);
    }

    public void Dispose()
    {
        spool.Dispose();
        givingUp.Dispose();
    }

    private void Settled(OutgoingBatch batch)
    {
        lock (gate)
        {
            delivered = batch.LastTicket;
            keptBytes -= batch.IsCounted ? batch.Cost : 0;
        }

        spool.Delivered(batch.LastTicket);
        queue.Return(batch);
        room.Set();
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (true)
            {
                if (queue.TryTake(default(UnderWay)) is { } batch)
                {
                    if (!await WriteAsync(batch).ConfigureAwait(false))
                    {
                        queue.Return(batch);
                        queue.FailUnspooled(new AppendException(
                            AppendOutcome.NotStored, "the spool was full when the appender was closed", cause: null));
                        break;
                    }
                }
                else if (queue.IsDrained)
                {
                    break;
                }
                else
                {
                    await incoming.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            queue.FailAll(new AppendException(
                AppendOutcome.Unknown, $"the spool failed: {error.Message}", error));
        }

        lock (gate)
        {
            isWritten = true;
        }

        outgoing.Set();
    }

    /// <summary>False: there was no room, and it is no longer waited for.</summary>
    private async Task<bool> WriteAsync(OutgoingBatch batch)
    {
        int size = SpoolFrame.SizeOf(batch);
        while (!spool.HasRoom(size))
        {
            if (givingUp.IsCancellationRequested)
            {
                return false;
            }

            await room.WaitAsync().ConfigureAwait(false);
        }

        byte[] frame = ArrayPool<byte>.Shared.Rent(size);
        SpoolFrame.Write(batch, frame.AsSpan(0, size));
        bool isAppended = await AppendAsync(frame.AsMemory(0, size), batch.Count).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(frame);
        if (!isAppended)
        {
            return false;
        }

        // The sender may have it at once: should this machine stop before the sync, the server has what the spool lost.
        ulong last = batch.LastTicket;
        bool isKept = Hand(batch);
        outgoing.Set();
        spool.Sync();
        queue.Spooled(last, isKept ? 0 : batch.Cost);
        if (!isKept)
        {
            queue.Return(batch);
        }

        return true;
    }

    private bool Hand(OutgoingBatch batch)
    {
        lock (gate)
        {
            written = batch.LastTicket;
            if (isBehind || keptBytes + batch.Cost > keptBytesMax)
            {
                isBehind = true;
                return false;
            }

            batch.IsCounted = true;
            keptBytes += batch.Cost;
            ready.Enqueue(batch);
            return true;
        }
    }

    // A disk without room is waited for. Anything else that goes wrong ends the spool: a failed sync cannot be
    // repeated.
    private async Task<bool> AppendAsync(ReadOnlyMemory<byte> frame, int count)
    {
        while (true)
        {
            try
            {
                spool.Append(frame, count);
                return true;
            }
            catch (IOException error) when (error is not FileSyncException && IsFull(error))
            {
                spool.CutTail();
                if (givingUp.IsCancellationRequested)
                {
                    return false;
                }

                await Task.Delay(FullPause).ConfigureAwait(false);
            }
        }
    }

    private static bool IsFull(IOException error)
    {
        const int noSpaceUnix = 28;
        const int noSpaceWindows = 112;
        return (error.HResult & 0xffff) is noSpaceUnix or noSpaceWindows;
    }
}
