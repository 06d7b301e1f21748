// An event that is too large for a record: compressed, and cut into parts. Made once; one thread.
using System.IO.Compression;
using System.Security.Cryptography;

namespace LedgerStore.Intake.Records;

internal sealed class PackedEvent
{
    private readonly ReadOnlyMemory<byte> _gzip;

    private PackedEvent(ParsedEvent what, ReadOnlyMemory<byte> gzip)
    {
        What = what;
        _gzip = gzip;
        Count = (gzip.Length + IntakeLimits.PartBytes - 1) / IntakeLimits.PartBytes;
        Of = Convert.ToHexStringLower(SHA256.HashData(what.Body.Span));
    }

    public ParsedEvent What { get; }

    /// <summary>How many parts there are.</summary>
    public int Count { get; }

    /// <summary>SHA-256 of the whole event.</summary>
    public string Of { get; }

    /// <summary>Compresses an event.</summary>
    public static PackedEvent Pack(ParsedEvent what)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(what.Body.Span);
        }

        return new PackedEvent(what, packed.GetBuffer().AsMemory(0, (int)packed.Length));
    }

    /// <summary>The bytes of a part.</summary>
    public ReadOnlySpan<byte> Part(int index)
    {
        int start = index * IntakeLimits.PartBytes;
        return _gzip.Span.Slice(start, Math.Min(IntakeLimits.PartBytes, _gzip.Length - start));
    }
}
