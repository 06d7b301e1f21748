// Refuses a batch before anything is built or locked, with a message a person can act on; and measures it.
// Pure: any thread.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace LedgerStore.Engine.Entries;

/// <summary>The limits of a batch, and its exact size.</summary>
internal static class EntryLimits
{
    /// <summary>The size of the built batch in bundle encoding.</summary>
    /// <exception cref="StoreException">InvalidArgument, with the value, the limit and what to do.</exception>
    public static int Measure(in RecordBatch batch, long payloadBytes)
    {
        CheckTexts(batch);
        CheckSequence(batch);

        int fixedBytes = EntryFields.LengthBytes + EntryFields.TimeBytes
            + EntryFields.FieldBytes(batch.Appender.Length)
            + EntryFields.FieldBytes(batch.Producer.Length)
            + EntryFields.FieldBytes(batch.ContentType.Length)
            + (batch.IsSalted ? EntryFields.FieldBytes(StoreLimits.SaltBytes) : 0);

        // 16,384 records of at most 65,537 bytes are 1 GiB: an int holds every sum on the way.
        int size = batch.Lengths.Length * fixedBytes;
        int recordBytes = 0;
        ulong sequence = (ulong)batch.FirstSequence;
        bool hasSequence = sequence != 0;
        foreach (int length in batch.Lengths)
        {
            if ((uint)length > StoreLimits.PayloadBytesMax)
            {
                RefuseRecord(batch.Lengths);
            }

            recordBytes += length;
            size += EntryFields.FieldBytes(length);
            if (hasSequence)
            {
                size += 1 + EntryFields.VarintBytes(sequence++);
            }
        }

        CheckTotals(recordBytes, payloadBytes, size);
        return size;
    }

    private static void CheckTexts(in RecordBatch batch)
    {
        CheckText("appender", batch.Appender, StoreLimits.AppenderBytesMax);
        CheckText("producer", batch.Producer, StoreLimits.ProducerBytesMax);
        CheckText("content type", batch.ContentType, StoreLimits.ContentTypeBytesMax);
    }

    private static void CheckText(string what, ReadOnlySpan<byte> text, int bytesMax)
    {
        if (text.Length > bytesMax)
        {
            Refuse($"{what} of {text.Length:N0} bytes exceeds the limit of {bytesMax:N0}; use a shorter one");
        }

        if (!Utf8.IsValid(text))
        {
            Refuse($"{what} is not valid UTF-8; it is part of every entry as text");
        }
    }

    private static void CheckSequence(in RecordBatch batch)
    {
        int records = batch.Lengths.Length;
        if (records == 0)
        {
            Refuse("a batch of 0 records; append at least one");
        }

        if (records > StoreLimits.BatchRecordsMax)
        {
            Refuse(
                $"batch of {records:N0} records exceeds the limit of {StoreLimits.BatchRecordsMax:N0}; "
                + "split it into several batches");
        }

        if (batch.Producer.IsEmpty)
        {
            if (batch.FirstSequence != 0)
            {
                Refuse($"first sequence {batch.FirstSequence} without a producer; name the producer that counts");
            }
        }
        else if (batch.FirstSequence < 1 || batch.FirstSequence > long.MaxValue - records)
        {
            Refuse(
                $"first sequence {batch.FirstSequence} is out of range; "
                + $"a producer counts its records from 1 to {long.MaxValue}");
        }
    }

    private static void CheckTotals(int recordBytes, long payloadBytes, int size)
    {
        if (recordBytes != payloadBytes)
        {
            Refuse(
                $"the lengths of the records add up to {recordBytes:N0} bytes and the payload has {payloadBytes:N0}; "
                + "they must be the same");
        }

        if (size > StoreLimits.BatchBytesMax)
        {
            Refuse(
                $"batch of {size:N0} bytes (records with their envelopes) exceeds the limit of "
                + $"{StoreLimits.BatchBytesMax:N0}; split it into several batches");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RefuseRecord(ReadOnlySpan<int> lengths)
    {
        int record = lengths.IndexOfAnyExceptInRange(0, StoreLimits.PayloadBytesMax);
        Refuse(
            $"record {record} of {(uint)lengths[record]:N0} bytes exceeds the limit of "
            + $"{StoreLimits.PayloadBytesMax:N0}; store the object elsewhere and log its SHA-256");
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Refuse(string message) => throw new StoreException(StoreReason.InvalidArgument, message);
}
