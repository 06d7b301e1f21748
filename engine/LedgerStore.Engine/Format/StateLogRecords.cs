// The records of a ledger's state.log. Pure: spans to structs and back. Any thread. Names: u16 length, then UTF-8.
//
//   1 SEALED      u64 segment | u32 generation | u64 file bytes | i64 first micros | i64 last micros | root 32 B
//   2 FLUSHED     u64 size | u64 open segment | u32 open generation | i64 last micros             the newest counts
//   3 PRODUCER    name identity | name producer | u64 last sequence | u32 n | n x answer 44 B     the newest counts
//   4 CHECKPOINT  u64 size | root 32 B | the signed note, to the end of the record
//
// Types from 16 on are for tiering and expiry. Numbers are never negative as i64.

using System.Runtime.InteropServices;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

internal enum StateRecordType : ushort
{
    Sealed = 1,
    Flushed = 2,
    Producer = 3,
    Checkpoint = 4,
}

/// <summary>A segment is complete and its file is final; a later record of the same segment replaces it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SealedRecord(
    long Segment, uint Generation, long FileBytes, long FirstMicros, long LastMicros, Hash256 Root)
{
    public const int EncodedBytes = 68;

    public void Encode(Span<byte> destination)
    {
        var writer = new RecordBodyWriter(destination);
        writer.WriteI64(Segment);
        writer.WriteU32(Generation);
        writer.WriteI64(FileBytes);
        writer.WriteI64(FirstMicros);
        writer.WriteI64(LastMicros);
        writer.WriteHash(Root);
    }

    public static SealedRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        var record = new SealedRecord(
            reader.ReadI64(), reader.ReadU32(), reader.ReadI64(), reader.ReadI64(), reader.ReadI64(),
            reader.ReadHash());
        reader.End();
        FormatCheck.That(record.FirstMicros <= record.LastMicros, "a segment's times are out of order", 20);
        return record;
    }
}

/// <summary>The ledger is safe in its own files up to the size: the journal is needed for nothing before it.</summary>
/// <param name="OpenSegment">The segment that is open, and its file's generation.</param>
/// <param name="LastMicros">Time of the last entry before the size; 0 when there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FlushedRecord(long Size, long OpenSegment, uint OpenGeneration, long LastMicros)
{
    public const int EncodedBytes = 28;

    public void Encode(Span<byte> destination)
    {
        var writer = new RecordBodyWriter(destination);
        writer.WriteI64(Size);
        writer.WriteI64(OpenSegment);
        writer.WriteU32(OpenGeneration);
        writer.WriteI64(LastMicros);
    }

    public static FlushedRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        var record = new FlushedRecord(reader.ReadI64(), reader.ReadI64(), reader.ReadU32(), reader.ReadI64());
        reader.End();
        return record;
    }
}

/// <summary>A checkpoint that was published.</summary>
/// <param name="Note">The signed note, as it was published.</param>
internal sealed record CheckpointRecord(long Size, Hash256 Root, byte[] Note)
{
    public const int NoteBytesMax = 64 * 1024;

    public byte[] Encode()
    {
        byte[] body = new byte[sizeof(long) + Hash256.Length + Note.Length];
        var writer = new RecordBodyWriter(body);
        writer.WriteI64(Size);
        writer.WriteHash(Root);
        Note.CopyTo(writer.Take(Note.Length));
        return body;
    }

    public static CheckpointRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        long size = reader.ReadI64();
        Hash256 root = reader.ReadHash();
        FormatCheck.That(reader.BytesLeft <= NoteBytesMax, "a note is longer than its limit", reader.Offset);
        return new CheckpointRecord(size, root, reader.Take(reader.BytesLeft).ToArray());
    }
}

/// <summary>The codec of <see cref="ProducerSnapshot"/>.</summary>
internal static class ProducerRecord
{
    public static byte[] Encode(ProducerSnapshot producer)
    {
        byte[] body = new byte[16 + producer.Identity.Length + producer.Producer.Length
            + (producer.Batches.Length * BatchAnswer.EncodedBytes)];
        var writer = new RecordBodyWriter(body);
        writer.WriteBytes(producer.Identity);
        writer.WriteBytes(producer.Producer);
        writer.WriteI64(producer.LastSequence);
        writer.WriteU32((uint)producer.Batches.Length);
        foreach (BatchAnswer batch in producer.Batches)
        {
            batch.Encode(writer.Take(BatchAnswer.EncodedBytes));
        }

        return body;
    }

    public static ProducerSnapshot Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        byte[] identity = reader.ReadBytes(StoreLimits.AppenderBytesMax).ToArray();
        byte[] producer = reader.ReadBytes(StoreLimits.ProducerBytesMax).ToArray();
        long lastSequence = reader.ReadI64();
        FormatCheck.That(lastSequence > 0, "a producer without a sequence", reader.Offset - sizeof(long));
        uint count = reader.ReadU32();
        FormatCheck.That(
            count <= StoreLimits.ProducerWindowBatches, "more batches than are remembered", reader.Offset);
        var batches = new BatchAnswer[count];
        for (int i = 0; i < batches.Length; i++)
        {
            int offset = reader.Offset;
            BatchAnswer batch = BatchAnswer.Decode(reader.Take(BatchAnswer.EncodedBytes));
            bool isSane = batch is { FirstSequence: > 0, Count: > 0, FirstIndex: >= 0, ReceivedMicros: >= 0 }
                && batch.FirstSequence <= lastSequence - (batch.Count - 1);
            FormatCheck.That(isSane, "a batch is out of range", offset);
            bool follows = i == 0 || batch.FirstSequence == batches[i - 1].LastSequence + 1;
            FormatCheck.That(follows, "the batches of a producer have a gap", offset);
            batches[i] = batch;
        }

        FormatCheck.That(
            count == 0 || batches[^1].LastSequence == lastSequence, "the last batch is not the last one", 0);
        reader.End();
        return new ProducerSnapshot(identity, producer, lastSequence, batches);
    }
}
