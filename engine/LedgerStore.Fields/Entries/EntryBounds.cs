// The limits of an entry's parts, as FORMAT.md has them. Constants.

namespace LedgerStore.Fields;

/// <summary>No entry of any store exceeds these.</summary>
internal static class EntryBounds
{
    /// <summary>An entry's length is a u16 in the C2SP bundle format.</summary>
    public const int EntryBytesMax = 65_535;

    /// <summary>What always fits beside the largest allowed appender, producer, content type and salt.</summary>
    public const int PayloadBytesMax = 64_512;

    public const int AppenderBytesMax = 255;
    public const int ProducerBytesMax = 128;
    public const int ContentTypeBytesMax = 128;
    public const int SaltBytes = 16;

    public const int EntriesPerBundle = 256;
    public const int BundlesPerSegment = 256;
    public const int EntriesPerSegment = EntriesPerBundle * BundlesPerSegment;
}
