// One ledger, for whoever uses the store: append, read, follow. Any thread.
using System.Runtime.CompilerServices;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine;

/// <summary>A named append-only log.</summary>
public sealed partial class Ledger
{
    private readonly StoreCore _core;
    private readonly OpenLedger _log;
    private readonly bool _isOwn;

    internal Ledger(StoreCore core, OpenLedger log)
    {
        _core = core;

        // A ledger whose data is not what was signed is found out here, before anybody appends to it.
        _log = core.Ledgers.Check(log);
        _isOwn = LedgerName.IsReserved(log.Name);
    }

    public string Name => _log.Name;

    internal uint Id => _log.Id;

    /// <summary>Entries that are acknowledged: durable, and readable now or in a moment.</summary>
    public long Size => _log.Durable.Value;

    /// <summary>Entries that are in the ledger's files. Those behind them are in the journal only: in a store that is
    /// opened for reading only they are what its owner had not written there when he stopped.</summary>
    public long SizeInFiles => Math.Min(_log.SettledSize, Size);

    /// <summary>Appends a batch. The task ends when it is durable; then nothing short of losing the disk loses
    /// it.</summary>
    /// <exception cref="StoreException">
    /// With StorageFailed it is unknown whether the batch is stored; with every other reason it certainly is not.
    /// </exception>
    public ValueTask<AppendResult> AppendAsync(in RecordBatch batch, CancellationToken cancellationToken = default)
    {
        if (_isOwn)
        {
            LedgerRefusals.RefuseIndex(Name, "appended to");
        }

        return _core.Appends.AppendAsync(_log, batch, cancellationToken);
    }

    /// <summary>Appends one record, without producer and content type.</summary>
    public ValueTask<AppendResult> AppendAsync(
        ReadOnlySpan<byte> record, CancellationToken cancellationToken = default) =>
        AppendAsync(new RecordBatch { Lengths = [record.Length], Payload = record }, cancellationToken);

    /// <summary>Reads entries in order.</summary>
    /// <param name="first">The index of the first one.</param>
    /// <param name="count">How many at most; it ends at the end of the ledger, as it is when reading begins.</param>
    /// <remarks>A slice is valid until the next one is asked for.</remarks>
    /// <exception cref="StoreException">DataLoss for a damaged range, with FirstIndex and Count: go on behind
    /// it.</exception>
    public async IAsyncEnumerable<EntrySlice> ReadAsync(
        long first, long count, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long size = _log.Durable.Value;
        long end = count > size - first ? size : first + count;

        // What is acknowledged is hashed a moment later: a reader who saw his acknowledgement waits for that moment.
        await _log.Readable.WaitForAsync(Math.Min(end, size), cancellationToken).ConfigureAwait(false);
        for (long index = first; index < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using BundleLease lease = await _log.ReadAsync(index, end - index, cancellationToken)
                .ConfigureAwait(false);
            int slot = (int)(index - lease.FirstIndex);
            int taken = (int)Math.Min(lease.Entries - slot, end - index);
            Invariant.That(taken > 0, "what is read for an entry has it");
            yield return new EntrySlice(lease, slot, taken);
            index += taken;
        }

        if (count > size - first)
        {
            // Whoever asked for more is told that this was the end: only if it is known to be.
            ThrowIfEndIsUnknown();
        }
    }

    /// <summary>Refuses to call the size the ledger's end when what says so was lost with its files.</summary>
    /// <exception cref="StoreException">DataLoss, from the size on.</exception>
    public void ThrowIfEndIsUnknown() => _log.CheckEnd(Size);

    /// <summary>Reads entries in order and goes on with new ones as they come, without a gap and none twice.</summary>
    public async IAsyncEnumerable<EntrySlice> FollowAsync(
        long first, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long next = first;
        while (true)
        {
            await WaitForAsync(next + 1, cancellationToken).ConfigureAwait(false);
            await foreach (EntrySlice slice in ReadAsync(next, long.MaxValue, cancellationToken).ConfigureAwait(false))
            {
                yield return slice;
                next = slice.FirstIndex + slice.Count;
            }
        }
    }

    /// <summary>Waits until the ledger has this many acknowledged, readable entries.</summary>
    public async ValueTask WaitForAsync(long size, CancellationToken cancellationToken = default)
    {
        await _log.Durable.WaitForAsync(size, cancellationToken).ConfigureAwait(false);
        await _log.Readable.WaitForAsync(size, cancellationToken).ConfigureAwait(false);
    }
}
