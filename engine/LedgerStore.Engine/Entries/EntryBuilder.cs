// Builds the entries of a batch in bundle encoding: the bytes that are hashed, stored and served, never re-encoded.
// Pure but for the salt; no state, so any thread. The caller owns the memory; nothing is allocated.
//
//   bundle encoding: {u16 big-endian length, entry} x records; the time is 0 until StampTime

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Entries;

/// <summary>Measures, builds and stamps batches of entries.</summary>
internal sealed class EntryBuilder(RandomNumberGenerator random)
{
    // Length, time, appender, producer and the tag of the sequence; then the content type.
    private const int HeadBytesMax = EntryFields.LengthBytes + EntryFields.TimeBytes
        + 3 + StoreLimits.AppenderBytesMax + 3 + StoreLimits.ProducerBytesMax + 1;

    private const int ContentTypeFieldBytesMax = 3 + StoreLimits.ContentTypeBytesMax;

    /// <summary>Checks every limit and returns the exact size of the built batch.</summary>
    /// <param name="payloadBytes">The size of all records together, as the caller holds them.</param>
    /// <exception cref="StoreException">InvalidArgument, with the value, the limit and what to do.</exception>
    public static int Measure(in RecordBatch batch, long payloadBytes) => EntryLimits.Measure(batch, payloadBytes);

    /// <summary>Builds the batch into the first <paramref name="size"/> bytes of the destination.</summary>
    /// <param name="size">What <see cref="Measure"/> returned for this very batch.</param>
    [SkipLocalsInit]
    public void Build(in RecordBatch batch, ReadOnlySpan<byte> payload, int size, Span<byte> destination)
    {
        Span<byte> rest = destination[..size];
        Span<byte> headBuffer = stackalloc byte[HeadBytesMax];
        ReadOnlySpan<byte> head = headBuffer[..WriteHead(batch, headBuffer)];
        Span<byte> contentTypeBuffer = stackalloc byte[ContentTypeFieldBytesMax];
        ReadOnlySpan<byte> contentType = contentTypeBuffer[
            ..EntryFields.WriteField(contentTypeBuffer, EntryFields.ContentTypeTag, batch.ContentType)];

        // Salts wait at the end of the destination until their entry is built. An entry is longer than its salt, so
        // the entries never reach a salt that was not taken yet.
        ReadOnlySpan<byte> salts = default;
        if (batch.IsSalted)
        {
            Span<byte> place = rest[^(batch.Lengths.Length * StoreLimits.SaltBytes)..];
            random.GetBytes(place);
            salts = place;
        }

        bool hasSequence = batch.FirstSequence != 0;
        ulong sequence = (ulong)batch.FirstSequence;
        foreach (int length in batch.Lengths)
        {
            UInt128 salt = default;
            if (batch.IsSalted)
            {
                salt = BinaryPrimitives.ReadUInt128LittleEndian(salts);
                salts = salts[StoreLimits.SaltBytes..];
            }

            head.CopyTo(rest);
            int at = head.Length;
            if (hasSequence)
            {
                at += EntryFields.WriteVarint(rest[at..], sequence++);
            }

            contentType.CopyTo(rest[at..]);
            at += contentType.Length;
            if (length != 0)
            {
                rest[at++] = EntryFields.PayloadTag;
                at += EntryFields.WriteVarint(rest[at..], (uint)length);
                payload[..length].CopyTo(rest[at..]);
                payload = payload[length..];
                at += length;
            }

            if (batch.IsSalted)
            {
                rest[at++] = EntryFields.SaltTag;
                rest[at++] = StoreLimits.SaltBytes;
                BinaryPrimitives.WriteUInt128LittleEndian(rest[at..], salt);
                at += StoreLimits.SaltBytes;
            }

            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)(at - EntryFields.LengthBytes));
            rest = rest[at..];
        }

        Invariant.That(rest.IsEmpty, "a batch has the size that was measured");
    }

    /// <summary>Sets the time of every entry of a built batch.</summary>
    public static void StampTime(Span<byte> builtBatch, long micros)
    {
        const int TimeOffset = EntryFields.LengthBytes + 1;
        while (!builtBatch.IsEmpty)
        {
            int entryBytes = BinaryPrimitives.ReadUInt16BigEndian(builtBatch);
            BinaryPrimitives.WriteInt64LittleEndian(builtBatch[TimeOffset..], micros);
            builtBatch = builtBatch[(EntryFields.LengthBytes + entryBytes)..];
        }
    }

    private static int WriteHead(in RecordBatch batch, Span<byte> head)
    {
        int at = EntryFields.LengthBytes;
        head[..at].Clear();
        head[at] = EntryFields.TimeTag;
        head.Slice(at + 1, sizeof(long)).Clear();
        at += EntryFields.TimeBytes;
        at += EntryFields.WriteField(head[at..], EntryFields.AppenderTag, batch.Appender);
        at += EntryFields.WriteField(head[at..], EntryFields.ProducerTag, batch.Producer);
        if (batch.FirstSequence != 0)
        {
            head[at++] = EntryFields.SequenceTag;
        }

        return at;
    }
}
