// The record PRODUCER of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.


namespace LedgerStore.Engine.Format;

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
