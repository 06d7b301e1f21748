// The attacker of the demonstration: he has every right on the machine and knows the format (docs/FORMAT.md). He
// changes one byte of a record in its segment file, and makes the checksums on the way right. One thread.
//
// Only the words of the format are used here, not the engine: an attacker has his own program.
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace LedgerStore.Cli;

/// <param name="File">Which file was changed.</param>
/// <param name="Offset">Where the byte is.</param>
internal sealed record DemoAttack(string File, int Offset)
{
    private const int FileHeaderBytes = 64;
    private const int BlockHeaderBytes = 64;
    private const int ChunkRowBytes = 16;
    private const int HashBytes = 32;
    private const int EntriesOfBundle = 256;

    /// <summary>Changes an entry of a ledger of a stopped store.</summary>
    /// <param name="segments">The directory of the ledger's segment files.</param>
    /// <param name="old">What the record says; as long as what it is to say.</param>
    public static DemoAttack Change(string segments, ulong index, string old, string forged)
    {
        string file = Directory.GetFiles(segments, "*.seg").Order(StringComparer.Ordinal).Last();
        byte[] bytes = System.IO.File.ReadAllBytes(file);
        int block = BlockOf(bytes, index);
        int chunks = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(block + 48));
        int payload = block + BlockHeaderBytes + (chunks * ChunkRowBytes);
        for (int row = block + BlockHeaderBytes; row < block + BlockHeaderBytes + (chunks * ChunkRowBytes);
            row += ChunkRowBytes)
        {
            int length = (int)(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(row + 8)) & 0x7fff_ffff);
            Span<byte> chunk = bytes.AsSpan(payload, length);
            int at = chunk.IndexOf(Encoding.ASCII.GetBytes(old.AsSpan(0, Different(old, forged) + 1).ToString()));
            if (at < 0)
            {
                payload += length;
                continue;
            }

            int changed = at + Different(old, forged);
            chunk[changed] = (byte)forged[Different(old, forged)];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(row + 12), Crc(chunk));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(block + 60), CrcOfHeader(bytes, block, chunks));
            System.IO.File.WriteAllBytes(file, bytes);
            return new DemoAttack(file, payload + changed);
        }

        throw new UsageException($"entry {index} was not found in {file}", "please report this");
    }

    /// <summary>The newest block that holds the entry: a block replaces those before it of the same bundle.</summary>
    private static int BlockOf(byte[] bytes, ulong index)
    {
        int found = -1;
        int at = FileHeaderBytes;
        while (at + BlockHeaderBytes <= bytes.Length && bytes.AsSpan(at, 4).SequenceEqual("LSBK"u8))
        {
            ReadOnlySpan<byte> header = bytes.AsSpan(at, BlockHeaderBytes);
            ulong first = BinaryPrimitives.ReadUInt16LittleEndian(header[20..]) * (ulong)EntriesOfBundle;
            uint entries = BinaryPrimitives.ReadUInt16LittleEndian(header[22..]);
            found = index >= first && index < first + entries ? at : found;
            uint chunks = BinaryPrimitives.ReadUInt32LittleEndian(header[48..]);
            uint length = BlockHeaderBytes + (chunks * ChunkRowBytes)
                + BinaryPrimitives.ReadUInt32LittleEndian(header[28..]) + (entries * HashBytes);
            at += (int)((length + 7) & ~7u);
        }

        return found >= 0 ? found : throw new UsageException($"entry {index} is in no block", "please report this");
    }

    private static uint CrcOfHeader(byte[] bytes, int block, int chunks) => Crc(
        [
            .. bytes.AsSpan(block, BlockHeaderBytes - 4),
            .. bytes.AsSpan(block + BlockHeaderBytes, chunks * ChunkRowBytes),
        ]);

    private static int Different(string one, string other) => one.AsSpan().CommonPrefixLength(other);

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
