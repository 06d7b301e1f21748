// Records that go to the appender together: one block of bytes and their lengths. It can take back what does not fit.
// One thread.
using System.Buffers;

namespace LedgerStore.Intake.Records;

internal sealed class RecordBatch : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[64 * 1024];
    private int[] _lengths = new int[256];
    private int _end;
    private int _written;

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _end);

    public ReadOnlyMemory<int> Lengths => _lengths.AsMemory(0, Count);

    /// <summary>Bytes of the record that is being written.</summary>
    public int OpenBytes => _written - _end;

    /// <summary>Whether another record should begin a new batch.</summary>
    public bool IsFull => Count >= IntakeLimits.BatchRecords || _end >= IntakeLimits.BatchBytes;

    /// <summary>Ends the record that is being written.</summary>
    public void Seal()
    {
        if (Count == _lengths.Length)
        {
            Array.Resize(ref _lengths, 2 * Count);
        }

        _lengths[Count++] = OpenBytes;
        _end = _written;
    }

    /// <summary>Takes back the record that is being written.</summary>
    public void TakeBack() => _written = _end;

    /// <summary>Begins anew, with the memory it has.</summary>
    public void Clear()
    {
        Count = 0;
        _end = 0;
        _written = 0;
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_written);
    }

    private void Reserve(int sizeHint)
    {
        int needed = _written + Math.Max(sizeHint, 256);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, needed));
        }
    }
}
