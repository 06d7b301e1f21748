// The sender's batches by way of the disk. Its loop writes every batch to the spool; the sender gets it from memory
// while it keeps up, and reads it back from the files when it has fallen behind.
// The writing loop and the sender's loop meet in `ready`; one lock protects it.

using System.Buffers;
using LedgerStore.Durable;

namespace LedgerStore.Client;

internal sealed class SpoolSource : IBatchSource, IDisposable
{
    private static readonly TimeSpan s_fullPause = TimeSpan.FromMilliseconds(200);

    private readonly Spool _spool;
    private readonly AppendQueue _queue;
    private readonly Signal _incoming;
    private readonly Signal _outgoing;
    private readonly Signal _room = new();
    private readonly long _keptBytesMax;
    private readonly Task _writing;
    private readonly CancellationTokenSource _givingUp = new();

    private readonly Lock _gate = new();
    private readonly Queue<OutgoingBatch> _ready = new();
    private long _keptBytes;
    private ulong _nextToSend;
    private ulong _written;
    private ulong _delivered;
    private bool _isBehind;
    private bool _isWritten;

    internal SpoolSource(Spool spool, AppendQueue queue, Signal incoming, Signal outgoing, long memoryBytesMax)
    {
        _spool = spool;
        _queue = queue;
        _incoming = incoming;
        _outgoing = outgoing;
        _keptBytesMax = memoryBytesMax / 2;
        _nextToSend = spool.FirstTicket;
        _delivered = _nextToSend - 1;
        _written = spool.NextTicket - 1;
        _isBehind = _nextToSend <= _written;
        _writing = Task.Run(WriteAllAsync);
        if (_isBehind)
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
            lock (_gate)
            {
                return _isWritten && _nextToSend > _written;
            }
        }
    }

    internal long StoredBytes => _spool.StoredBytes;

    /// <summary>Records that are in the spool and were not answered.</summary>
    internal ulong Waiting
    {
        get
        {
            lock (_gate)
            {
                return _written - _delivered;
            }
        }
    }

    /// <summary>
    /// Waits until everything that was handed over is in the spool, or there was no room in it for that long. The queue
    /// must be closed.
    /// </summary>
    internal async Task FinishAsync(TimeSpan patience)
    {
        _givingUp.CancelAfter(patience);
        using CancellationTokenRegistration wake = _givingUp.Token.UnsafeRegister(
            static state => ((Signal)state!).Set(), _room);
        await _writing.ConfigureAwait(false);
    }

    /// <summary>Those who are told make the writing loop look, which sets the sender's signal by itself.</summary>
    public bool IsWaking => false;

    public async ValueTask<OutgoingBatch?> TryTakeAsync(UnderWay? underWay)
    {
        ulong ticket;
        lock (_gate)
        {
            if (_ready.TryDequeue(out OutgoingBatch? kept))
            {
                _nextToSend = kept.LastTicket + 1;
                return kept;
            }

            if (_nextToSend > _written)
            {
                _isBehind = false;
                return null;
            }

            ticket = _nextToSend;
        }

        OutgoingBatch batch = _queue.RentBatch();
        try
        {
            await _spool.ReadAsync(ticket, batch).ConfigureAwait(false);
        }
        catch
        {
            _queue.Return(batch);
            throw;
        }

        lock (_gate)
        {
            _nextToSend = batch.LastTicket + 1;
        }

        return batch;
    }

    public void Complete(OutgoingBatch batch, in AppendedBatch answer)
    {
        _queue.Complete(batch, answer, batch.IsCounted);
        Settled(batch);
    }

    public void Fail(OutgoingBatch batch, AppendException error)
    {
        _queue.Fail(batch, error, batch.IsCounted);
        Settled(batch);
    }

    public void Dispose()
    {
        _spool.Dispose();
        _givingUp.Dispose();
    }

    private void Settled(OutgoingBatch batch)
    {
        lock (_gate)
        {
            _delivered = batch.LastTicket;
            _keptBytes -= batch.IsCounted ? batch.Cost : 0;
        }

        _spool.Delivered(batch.LastTicket);
        _queue.Return(batch);
        _room.Set();
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (true)
            {
                if (_queue.TryTakeBatch(default(UnderWay)) is { } batch)
                {
                    if (!await WriteAsync(batch).ConfigureAwait(false))
                    {
                        _queue.Return(batch);
                        _queue.FailUnspooled(new AppendException(
                            AppendOutcome.NotStored, "the spool was full when the appender was closed", cause: null));
                        break;
                    }
                }
                else if (_queue.IsDrained)
                {
                    break;
                }
                else
                {
                    await _incoming.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _queue.FailAll(new AppendException(
                AppendOutcome.Unknown, $"the spool failed: {error.Message}", error));
        }

        lock (_gate)
        {
            _isWritten = true;
        }

        _outgoing.Set();
    }

    /// <summary>False: there was no room, and it is no longer waited for.</summary>
    private async Task<bool> WriteAsync(OutgoingBatch batch)
    {
        int size = SpoolFrame.SizeOf(batch);
        while (!_spool.HasRoom(size))
        {
            if (_givingUp.IsCancellationRequested)
            {
                return false;
            }

            await _room.WaitAsync().ConfigureAwait(false);
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
        _outgoing.Set();
        _spool.Sync();
        _queue.Spooled(last, isKept ? 0 : batch.Cost);
        if (!isKept)
        {
            _queue.Return(batch);
        }

        return true;
    }

    private bool Hand(OutgoingBatch batch)
    {
        lock (_gate)
        {
            _written = batch.LastTicket;
            if (_isBehind || _keptBytes + batch.Cost > _keptBytesMax)
            {
                _isBehind = true;
                return false;
            }

            batch.IsCounted = true;
            _keptBytes += batch.Cost;
            _ready.Enqueue(batch);
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
                _spool.Append(frame, count);
                return true;
            }
            catch (IOException error) when (error is not FileSyncException && IsFull(error))
            {
                _spool.CutTail();
                if (_givingUp.IsCancellationRequested)
                {
                    return false;
                }

                LetGo();
                await Task.Delay(s_fullPause).ConfigureAwait(false);
            }
        }
    }

    private void LetGo()
    {
        ulong delivered;
        lock (_gate)
        {
            delivered = _delivered;
        }

        try
        {
            _spool.LetGo(delivered);
        }
        catch (IOException error) when (error is not FileSyncException && IsFull(error))
        {
            // Not even an empty file has room. Somebody else has to make it.
        }
    }

    private static bool IsFull(IOException error)
    {
        const int noSpaceUnix = 28;
        const int noSpaceWindows = 112;
        return (error.HResult & 0xffff) is noSpaceUnix or noSpaceWindows;
    }
}
