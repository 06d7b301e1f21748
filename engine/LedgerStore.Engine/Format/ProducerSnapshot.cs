// One producer of a ledger as state.log keeps it: its name, its last sequence, its remembered batches. The record
// PRODUCER; StateRecordType.cs draws it. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A producer at one moment. A newer snapshot of the same producer replaces an older one.</summary>
/// <param name="Identity">UTF-8: who the producer belongs to.</param>
/// <param name="Producer">UTF-8: its name.</param>
/// <param name="LastSequence">Never forgotten; at least 1.</param>
/// <param name="Batches">Consecutive, oldest first, at most 64; the last one ends at the last sequence.</param>
internal sealed record ProducerSnapshot(byte[] Identity, byte[] Producer, long LastSequence, BatchAnswer[] Batches)
{
    public byte[] Encode()
    {
        byte[] body = new byte[16 + Identity.Length + Producer.Length
            + (Batches.Length * BatchAnswer.EncodedBytes)];
        var writer = new RecordBodyWriter(body);
        writer.WriteBytes(Identity);
        writer.WriteBytes(Producer);
        writer.WriteI64(LastSequence);
        writer.WriteU32((uint)Batches.Length);
        foreach (BatchAnswer batch in Batches)
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
