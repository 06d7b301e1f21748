// LZ4 blocks: managed code (K4os.Compression.LZ4) everywhere, and the system's liblz4 for the two calls that cost time
// where it is installed (docs/decisions/0026-lz4-from-k4os.md). Both write and read the same format.
// Stateless: any thread.
using K4os.Compression.LZ4;

namespace LedgerStore.Engine.Segments;

/// <summary>How much work compressing may be.</summary>
internal enum Lz4Effort
{
    /// <summary>As entries arrive: the hot tier.</summary>
    Fast,

    /// <summary>In the background: the warm tier, while much is appended.</summary>
    Dense,

    /// <summary>In the background, while the processors have time.</summary>
    Densest,
}

/// <summary>Spans in, spans out. The length of what was compressed is kept elsewhere.</summary>
internal static class Lz4
{
    /// <summary>Decodes into exactly the destination.</summary>
    /// <returns>False when the source is not an LZ4 block of that many bytes. Nothing outside is touched.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination) => Lz4Library.IsThere
        ? Lz4Library.TryDecompress(source, destination)
        : TryDecompressManaged(source, destination);

    /// <summary>Compresses all of the source.</summary>
    /// <returns>The compressed length; 0 when it does not fit into the destination.</returns>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination, Lz4Effort effort) =>
        effort == Lz4Effort.Fast && Lz4Library.IsThere
            ? Lz4Library.CompressFast(source, destination)
            : CompressManaged(source, destination, effort);

    /// <summary>The same in managed code.</summary>
    internal static bool TryDecompressManaged(ReadOnlySpan<byte> source, Span<byte> destination) =>
        !destination.IsEmpty && LZ4Codec.Decode(source, destination) == destination.Length;

    /// <summary>The same in managed code.</summary>
    internal static int CompressManaged(ReadOnlySpan<byte> source, Span<byte> destination, Lz4Effort effort) =>
        Math.Max(0, LZ4Codec.Encode(source, destination, LevelOf(effort)));

    // Measured on audit records: see the decision.
    private static LZ4Level LevelOf(Lz4Effort effort) => effort switch
    {
        Lz4Effort.Fast => LZ4Level.L00_FAST,
        Lz4Effort.Dense => LZ4Level.L04_HC,
        _ => LZ4Level.L11_OPT,
    };
}
