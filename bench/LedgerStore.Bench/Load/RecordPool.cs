// Records that are made before anything is measured. Immutable; all producers share it, each begins elsewhere.
using LedgerStore.Bench.Engine;

namespace LedgerStore.Bench.Load;

/// <summary>Distinct audit records in one piece of memory, to be appended in batches.</summary>
internal sealed class RecordPool
{
    // Far more than a bundle of 256, which is as far as compression sees: repeating them later changes nothing.
    private const int BytesMax = 16 * 1024 * 1024;
    private const int RecordsMax = 65_536;

    private readonly byte[] _bytes;
    private readonly int[] _lengths;
    private readonly int _records;
    private readonly int _recordBytes;

    public RecordPool(int recordBytes, int batch)
    {
        _recordBytes = recordBytes;
        _records = Math.Max(batch, Math.Min(RecordsMax, BytesMax / recordBytes) / batch * batch);
        _bytes = new byte[(long)_records * recordBytes];
        _lengths = new int[batch];
        Array.Fill(_lengths, recordBytes);
        AuditRecords records = new(seed: 7);
        for (int i = 0; i < _records; i++)
        {
            records.NextPayload(_bytes.AsSpan(i * recordBytes, recordBytes));
        }
    }

    public int Batches => _records / _lengths.Length;

    public ReadOnlySpan<int> Lengths => _lengths;

    public ReadOnlySpan<byte> Batch(long number) => BatchMemory(number).Span;

    public ReadOnlyMemory<byte> BatchMemory(long number)
    {
        int bytes = _lengths.Length * _recordBytes;
        return _bytes.AsMemory((int)(number % Batches) * bytes, bytes);
    }
}
