// Every limit of the store, each with its reason. Nothing in the engine may grow without one of these above it.
// The relations between them are checked once, when the class is first touched.
using LedgerStore.Engine.Foundation;
using LedgerStore.Fields;

namespace LedgerStore.Engine;

/// <summary>The limits of a store. Bytes unless the name says otherwise.</summary>
public static class StoreLimits
{
    /// <summary>An entry's length is a u16 in the C2SP bundle format.</summary>
    public const int EntryBytesMax = EntryBounds.EntryBytesMax;

    /// <summary>What always fits beside the largest allowed appender, producer, content type and salt.</summary>
    public const int PayloadBytesMax = EntryBounds.PayloadBytesMax;

    public const int AppenderBytesMax = EntryBounds.AppenderBytesMax;
    public const int ProducerBytesMax = EntryBounds.ProducerBytesMax;
    public const int ContentTypeBytesMax = EntryBounds.ContentTypeBytesMax;
    public const int SaltBytes = EntryBounds.SaltBytes;

    /// <summary>One batch of built entries, in bundle encoding: half of an append buffer.</summary>
    public const int BatchBytesMax = 4 * 1024 * 1024;

    /// <summary>Records in one batch: a sixteenth of the work of a segment under one lock hold.</summary>
    public const int BatchRecordsMax = 16_384;

    public const int LedgerNameBytesMax = 63;
    public const int OriginBytesMax = 255;
    public const int LedgersMax = 100_000;

    /// <summary>Batches of a producer whose first answer is remembered.</summary>
    public const int ProducerWindowBatches = 64;

    /// <summary>Named producers of one identity on one ledger: a last sequence is never forgotten.</summary>
    public const int ProducersPerIdentityMax = 10_000;

    /// <summary>The same over all ledgers in use: each costs up to 5 KB of memory, so 100 MB for an identity.</summary>
    public const int ProducersPerIdentityStoreMax = 20_000;

    public const int EntriesPerBundle = EntryBounds.EntriesPerBundle;
    public const int BundlesPerSegment = EntryBounds.BundlesPerSegment;
    public const int EntriesPerSegment = EntriesPerBundle * BundlesPerSegment;

    /// <summary>A bundle of the largest entries, each behind its u16 length.</summary>
    public const int BundleBytesMax = EntriesPerBundle * (EntryBytesMax + 2);

    /// <summary>Raw bytes of one compressed chunk: what one random read decodes at most beyond its entry.</summary>
    public const int ChunkBytesMax = 256 * 1024;

    public const int MappedSegmentsMax = 4_096;
    public const int OpenFilesMax = 1_024;

    /// <summary>Batches waiting for room; then the caller is refused. At 4 MiB each they bound memory at 4 GiB,
    /// at ordinary sizes at a few MiB; WaitingBytesMax is what really holds.</summary>
    public const int WaitingBatchesMax = 1_024;

    public const long WaitingBytesMax = 64L * 1024 * 1024;

    /// <summary>Readers that wait for one watermark at a time.</summary>
    public const int WaitersMax = 65_536;

    static StoreLimits()
    {
        // 9 bytes of time, then tag + length + bytes of each text, then the payload's own tag and length.
        const int EnvelopeBytesMax = 9 + 3 + AppenderBytesMax + 3 + ProducerBytesMax + 11
            + 3 + ContentTypeBytesMax + 4 + 2 + SaltBytes;
        Invariant.That(PayloadBytesMax + EnvelopeBytesMax <= EntryBytesMax, "the largest payload fits its envelope");
        Invariant.That(BatchBytesMax >= EntryBytesMax + 2, "a batch holds the largest entry");
        Invariant.That(ChunkBytesMax >= EntryBytesMax + 2, "a chunk holds the largest entry");
    }
}
