// Records that travel together: the same bytes and boundaries however often they are sent.
// Filled under the queue's lock; then owned by whoever sends it, until it is answered.

using System.Buffers;

namespace LedgerStore.Client;

internal sealed class OutgoingBatch
{
    /// <summary>
    /// Payload of one batch that the appender puts together. A single large batch of a caller may exceed it.
    /// </summary>
    internal const int PayloadBytesMax = 1024 * 1024;

    /// <summary>
    /// Records of one batch that the appender puts together: with envelopes still far below the server's limit.
    /// </summary>
    internal const int RecordsMax = 4096;

    /// <summary>Records of a batch that a caller makes.</summary>
    internal const int CallerRecordsMax = 16_384;

    /// <summary>Payload of a batch that a caller makes.</summary>
    internal const int CallerBytesMax = 3 * 1024 * 1024;

    // What a record costs besides its bytes: its length, and its part of the objects around it.
    private const int RecordCost = 64;
    private const int FirstPayloadBytes = 16 * 1024;
    private const int FirstRecords = 64;

    private byte[] _payload = [];
    private int[] _lengths = [];

    /// <summary>The place of the first record in the order of appending, from 1.</summary>
    internal ulong FirstTicket { get; set; }

    internal int Count { get; private set; }

    internal int PayloadBytes { get; private set; }

    /// <summary>What it counts for in the appender's memory.</summary>
    internal long Cost => PayloadBytes + ((long)Count * RecordCost);

    internal ReadOnlySpan<byte> Payload => _payload.AsSpan(0, PayloadBytes);

    internal ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    internal ulong LastTicket => FirstTicket + (ulong)Count - 1;

    /// <summary>Somebody handed over records of it and did not wait for the answer.</summary>
    internal bool HasPosts { get; set; }

    /// <summary>It was written to a stream that broke off before the answer: it may be stored.</summary>
    internal bool MayBeStored { get; set; }

    /// <summary>It counts for the appender's memory: it was not read back from the spool.</summary>
    internal bool IsCounted { get; set; }

    /// <summary>When it was last written to a stream.</summary>
    internal long SentAt { get; set; }

    internal static long CostOf(int bytes, int count) => bytes + ((long)count * RecordCost);

    /// <summary>Whether these records can still join.</summary>
    internal bool HasRoomFor(int bytes, int count) =>
        Count == 0 || ((long)PayloadBytes + bytes <= PayloadBytesMax && Count + count <= RecordsMax);

    /// <summary>Adds one record.</summary>
    internal void Add(ReadOnlySpan<byte> record)
    {
        Reserve(record.Length, 1);
        record.CopyTo(_payload.AsSpan(PayloadBytes));
        PayloadBytes += record.Length;
        _lengths[Count++] = record.Length;
    }

    /// <summary>Adds records that lie one after the other.</summary>
    internal void Add(ReadOnlySpan<byte> records, ReadOnlySpan<int> each)
    {
        Reserve(records.Length, each.Length);
        records.CopyTo(_payload.AsSpan(PayloadBytes));
        PayloadBytes += records.Length;
        each.CopyTo(_lengths.AsSpan(Count));
        Count += each.Length;
    }

    /// <summary>Empties it for its next use, and lets go of memory that only a very large batch needs.</summary>
    internal void Clear()
    {
        Count = 0;
        PayloadBytes = 0;
        HasPosts = false;
        MayBeStored = false;
        IsCounted = false;
        if (_payload.Length > 2 * PayloadBytesMax)
        {
            Release();
        }
    }

    /// <summary>Gives the memory back.</summary>
    internal void Release()
    {
        Return(_payload);
        _payload = [];
        if (_lengths.Length > 0)
        {
            ArrayPool<int>.Shared.Return(_lengths);
        }

        _lengths = [];
    }

    private static void Return(byte[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void Reserve(int bytes, int count)
    {
        if (PayloadBytes + bytes > _payload.Length)
        {
            int size = Math.Max(PayloadBytes + bytes, Math.Max(FirstPayloadBytes, _payload.Length * 2));
            byte[] larger = ArrayPool<byte>.Shared.Rent(size);
            Payload.CopyTo(larger);
            Return(_payload);
            _payload = larger;
        }

        if (Count + count > _lengths.Length)
        {
            int size = Math.Max(Count + count, Math.Max(FirstRecords, _lengths.Length * 2));
            int[] larger = ArrayPool<int>.Shared.Rent(size);
            Lengths.CopyTo(larger);
            if (_lengths.Length > 0)
            {
                ArrayPool<int>.Shared.Return(_lengths);
            }

            _lengths = larger;
        }
    }
}
