// How much work recompressing may be. Owned by the tiering thread.

using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Looks at how much is appended: while that is much, the processors have better things to do.</summary>
/// <remarks>Three times the work makes segments of audit records 1.4 % smaller; see
/// docs/decisions/0026-lz4-from-k4os.md. Whoever appends at full speed would feel it.</remarks>
/// <param name="journalBytes">What was written to the journal so far.</param>
internal sealed class RecompressionEffort(Func<long> journalBytes, Func<long> steadyMicros)
{
    /// <summary>Some 25,000 audit records in a second.</summary>
    internal const long QuietBytesPerSecond = 8 * 1024 * 1024;

    private const long WindowMicros = 50_000;

    private readonly BlockEncoder _dense = new(Lz4Effort.Dense);
    private readonly BlockEncoder _densest = new(Lz4Effort.Densest);
    private long _start = steadyMicros();
    private long _bytes = journalBytes();
    private bool _isQuiet = true;

    /// <summary>The encoder for the next block.</summary>
    public BlockEncoder Choose()
    {
        long now = steadyMicros();
        long passed = now - _start;
        if (passed >= WindowMicros)
        {
            long bytes = journalBytes();
            _isQuiet = (bytes - _bytes) * 1e6 / passed < QuietBytesPerSecond;
            _start = now;
            _bytes = bytes;
        }

        return _isQuiet ? _densest : _dense;
    }
}
