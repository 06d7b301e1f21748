// One batch on its way: what the caller built, and the promise of an answer. Pooled: an append allocates nothing.
// Owned by the caller until it is admitted, by the gate under its lock, then by the sequencer, which completes it.
using System.Threading.Tasks.Sources;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

/// <summary>A batch of built entries and the task of whoever waits for it.</summary>
internal sealed class AppendOperation : IValueTaskSource<AppendResult>
{
    private readonly OperationPool _pool;
    private ManualResetValueTaskSourceCore<AppendResult> _answer;
    private byte[] _built = [];
    private int _builtBytes;

    public AppendOperation(OperationPool pool)
    {
        _pool = pool;
        WaitingNode = new LinkedListNode<AppendOperation>(this);

        // The sequencer completes thousands of these between two syncs: it must not run anybody's code.
        _answer.RunContinuationsAsynchronously = true;
    }

    public OpenLedger Ledger { get; private set; } = null!;

    public int Count { get; private set; }

    public bool HasProducer { get; private set; }

    public long FirstSequence { get; private set; }

    public UInt128 Fingerprint { get; private set; }

    /// <summary>The size that the ledger must have; -1: any.</summary>
    public long ExpectedSize { get; private set; }

    /// <summary>The batches it belongs to; null: it stands alone.</summary>
    public AppendChain? Chain { get; private set; }

    /// <summary>What it is for: a full disk does not refuse everybody.</summary>
    public SpaceUse SpaceUse { get; private set; }

    /// <summary>Set by the gate when the batch is admitted.</summary>
    public long FirstIndex { get; set; }

    public long ReceivedMicros { get; set; }

    /// <summary>Its place among those who wait for room. Of the gate: used under its lock only.</summary>
    public LinkedListNode<AppendOperation> WaitingNode { get; }

    /// <summary>Bytes it counts for while it waits for room.</summary>
    public int WaitingBytes { get; set; }

    public Span<byte> Built => _built.AsSpan(0, _builtBytes);

    public int BuiltBytes => _builtBytes;

    public int SectionBytes => SectionHeader.StoredBytesOf(_builtBytes);

    /// <summary>Changes each time the operation is used for another batch.</summary>
    public short Version => _answer.Version;

    public ValueTask<AppendResult> Answer => new(this, _answer.Version);

    /// <summary>Takes a buffer to build entries in.</summary>
    public Span<byte> RentBuilt(int bytes)
    {
        _built = BundleMemory.Shared.Rent(bytes);
        _builtBytes = bytes;
        return _built.AsSpan(0, bytes);
    }

    public void Describe(
        OpenLedger ledger,
        int count,
        bool hasProducer,
        long firstSequence,
        UInt128 fingerprint,
        long expectedSize,
        AppendChain? chain,
        bool freesSpace)
    {
        Chain = chain;
        SpaceUse = freesSpace ? SpaceUse.Expiry : ledger.IsAudit ? SpaceUse.Audit : SpaceUse.Ordinary;
        Ledger = ledger;
        Count = count;
        HasProducer = hasProducer;
        FirstSequence = firstSequence;
        Fingerprint = fingerprint;
        ExpectedSize = expectedSize;
    }

    /// <summary>The bytes have been copied, or will never be: the built entries are not needed any more.</summary>
    public void ReturnBuilt()
    {
        byte[] built = _built;
        _built = [];
        _builtBytes = 0;
        if (built.Length > 0)
        {
            BundleMemory.Shared.Return(built);
        }
    }

    public void Complete() =>
        _answer.SetResult(new AppendResult(FirstIndex, Count, ReceivedMicros, IsDuplicate: false));

    public void CompleteAsDuplicate(in BatchAnswer first) =>
        _answer.SetResult(new AppendResult(first.FirstIndex, first.Count, first.ReceivedMicros, IsDuplicate: true));

    public void Fail(Exception cause) => _answer.SetException(cause);

    /// <summary>Gives up before anybody waited on the answer.</summary>
    public void Abandon()
    {
        ReturnBuilt();
        Recycle();
    }

    AppendResult IValueTaskSource<AppendResult>.GetResult(short token)
    {
        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AppendResult>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<AppendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    private void Recycle()
    {
        Invariant.That(_builtBytes == 0, "a finished operation has given its buffer back");
        Ledger = null!;
        Chain = null;
        _answer.Reset();
        _pool.Return(this);
    }
}
