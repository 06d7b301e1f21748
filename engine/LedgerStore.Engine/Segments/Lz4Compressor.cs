// A compressor with its scratch memory. Owned by one worker and used by its thread only.

using LedgerStore.Engine.Foundation;

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

/// <summary>Compresses chunks.</summary>
internal sealed class Lz4Compressor : IDisposable
{
    // Measured on audit records, see docs/decisions/0002-lz4-over-liblz4.md.
    private const int Acceleration = 2;
    private const int DenseLevel = 4;
    private const int DensestLevel = 11;

    private readonly Lz4Effort _effort;
    private readonly PinnedBuffer _state;

    public Lz4Compressor(Lz4Effort effort)
    {
        _effort = effort;
        _state = PinnedBuffer.Allocate(effort == Lz4Effort.Fast ? Lz4.FastStateBytes() : Lz4.DenseStateBytes());
    }

    /// <summary>Compresses all of the source.</summary>
    /// <returns>The compressed length; 0 when it does not fit into the destination.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination) => _effort == Lz4Effort.Fast
        ? Lz4.CompressFast(_state, source, destination, Acceleration)
        : Lz4.CompressDense(
            _state, source, destination, _effort == Lz4Effort.Dense ? DenseLevel : DensestLevel);

    public void Dispose() => _state.Dispose();
}
