// Cuts the entries that the engine hands out into messages of 256 KiB, so that a client with gRPC's usual limit of
// 4 MiB can read everything. Pure; any thread.
using System.Buffers.Binary;

namespace LedgerStore.Wording;

/// <summary>Where messages end.</summary>
internal static class EntryCuts
{
    /// <summary>The size that messages aim at; a single entry may be larger by its own length at most.</summary>
    public const int MessageBytes = 256 * 1024;

    private const int LengthBytes = 2;

    /// <summary>How many entries make a message: as many as fit, and at least one.</summary>
    /// <param name="bundle">The entries that are left, as a bundle.</param>
    /// <param name="count">How many they are.</param>
    public static (int Bytes, int Count) Next(ReadOnlySpan<byte> bundle, int count, int bytesTarget) =>
        bundle.Length <= bytesTarget ? (bundle.Length, count) : Fitting(bundle, bytesTarget);

    private static (int Bytes, int Count) Fitting(ReadOnlySpan<byte> bundle, int bytesTarget)
    {
        int bytes = 0, count = 0;
        while (bytes < bundle.Length)
        {
            int next = LengthBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle[bytes..]);
            if (count > 0 && bytes + next > bytesTarget)
            {
                break;
            }

            bytes += next;
            count++;
        }

        return (bytes, count);
    }
}
