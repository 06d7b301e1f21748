// The records that every peer stores: made before anything is measured, the same for all. Immutable; any thread.
using LedgerStore.Bench.Engine;

namespace LedgerStore.Bench.Peers;

internal sealed class PeerRecords
{
    public const int RecordBytes = AuditRecords.PayloadBytes;
    public const int BatchRecords = 256;
    private const int Batches = 128;

    private readonly byte[] _bytes = new byte[Batches * BatchRecords * RecordBytes];
    private readonly byte[][] _singles = new byte[Batches * BatchRecords][];
    private readonly byte[][][] _batches = new byte[Batches][][];

    public PeerRecords()
    {
        AuditRecords records = new(seed: 11);
        for (int i = 0; i < _singles.Length; i++)
        {
            Span<byte> record = _bytes.AsSpan(i * RecordBytes, RecordBytes);
            records.NextPayload(record);
            _singles[i] = record.ToArray();
        }

        for (int i = 0; i < Batches; i++)
        {
            _batches[i] = _singles[(i * BatchRecords)..((i + 1) * BatchRecords)];
        }
    }

    /// <summary>The length of each record of a batch.</summary>
    public static int[] BatchLengths { get; } = [.. Enumerable.Repeat(RecordBytes, BatchRecords)];

    public byte[] Single(int caller, long number) => _singles[Spread(caller, number) % _singles.Length];

    /// <summary>The records of a batch one by one.</summary>
    public byte[][] Batch(int caller, long number) => _batches[Spread(caller, number) % Batches];

    /// <summary>The same records, one after the other.</summary>
    public ReadOnlyMemory<byte> BatchBytes(int caller, long number)
    {
        const int Bytes = BatchRecords * RecordBytes;
        return _bytes.AsMemory((int)(Spread(caller, number) % Batches) * Bytes, Bytes);
    }

    // Each caller begins elsewhere.
    private static long Spread(int caller, long number) => (caller * 509L) + number;
}
