// The border to liblz4, the reference implementation of LZ4 (docs/decisions/0002-lz4-over-liblz4.md).
// Stateless: any thread. unsafe: native calls; pointers become spans here.

using System.Runtime.InteropServices;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

/// <summary>LZ4 blocks: spans in, spans out. The length of what was compressed is kept elsewhere.</summary>
internal static unsafe partial class Lz4
{
    private const string Library = "liblz4.so.1";

    /// <summary>Throws when the library is missing. Called when a store is opened, before a file is touched.</summary>
    /// <exception cref="DllNotFoundException">Says which package to install.</exception>
    public static void EnsureAvailable()
    {
        try
        {
            _ = VersionNumber();
        }
        catch (Exception cause) when (cause is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new DllNotFoundException(
                $"LedgerStore needs {Library}, which cannot be loaded: install the package "
                + "liblz4-1 (Debian, Ubuntu) or lz4-libs (Fedora, Red Hat)",
                cause);
        }
    }

    /// <summary>Decodes into exactly the destination.</summary>
    /// <returns>False when the source is not an LZ4 block of that many bytes. Nothing outside is touched.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* from = source)
        fixed (byte* to = destination)
        {
            return DecompressSafe(from, to, source.Length, destination.Length) == destination.Length;
        }
    }

    /// <summary>Compresses at the speed of a write path.</summary>
    /// <param name="state">Scratch of <see cref="FastStateBytes"/>.</param>
    /// <returns>The compressed length; 0 when it does not fit into the destination.</returns>
    public static int CompressFast(
        PinnedBuffer state, ReadOnlySpan<byte> source, Span<byte> destination, int acceleration)
    {
        fixed (byte* scratch = state.Span)
        fixed (byte* from = source)
        fixed (byte* to = destination)
        {
            return CompressFastExtState(scratch, from, to, source.Length, destination.Length, acceleration);
        }
    }

    /// <summary>Compresses densely and slowly; decodes as fast as any.</summary>
    /// <param name="state">Scratch of <see cref="DenseStateBytes"/>.</param>
    /// <returns>The compressed length; 0 when it does not fit into the destination.</returns>
    public static int CompressDense(PinnedBuffer state, ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        fixed (byte* scratch = state.Span)
        fixed (byte* from = source)
        fixed (byte* to = destination)
        {
            return CompressHcExtState(scratch, from, to, source.Length, destination.Length, level);
        }
    }

    [LibraryImport(Library, EntryPoint = "LZ4_sizeofState")]
    public static partial int FastStateBytes();

    [LibraryImport(Library, EntryPoint = "LZ4_sizeofStateHC")]
    public static partial int DenseStateBytes();

    [LibraryImport(Library, EntryPoint = "LZ4_versionNumber")]
    private static partial int VersionNumber();

    [LibraryImport(Library, EntryPoint = "LZ4_compress_fast_extState")]
    private static partial int CompressFastExtState(
        byte* state, byte* source, byte* destination, int sourceBytes, int destinationBytes, int acceleration);

    [LibraryImport(Library, EntryPoint = "LZ4_compress_HC_extStateHC")]
    private static partial int CompressHcExtState(
        byte* state, byte* source, byte* destination, int sourceBytes, int destinationBytes, int level);

    [LibraryImport(Library, EntryPoint = "LZ4_decompress_safe")]
    private static partial int DecompressSafe(byte* source, byte* destination, int sourceBytes, int destinationBytes);
}
