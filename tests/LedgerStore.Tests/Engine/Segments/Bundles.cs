// Bundles for tests: entries as the store builds them (time first), in bundle encoding, with their leaves.

using System.Buffers.Binary;
using System.Text;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

internal static class Bundles
{
    public static byte[] Encode(IEnumerable<byte[]> entries)
    {
        using MemoryStream bundle = new();
        byte[] prefix = new byte[2];
        foreach (byte[] entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)entry.Length);
            bundle.Write(prefix);
            bundle.Write(entry);
        }

        return bundle.ToArray();
    }

    /// <summary>An entry that starts with its time, as every real one does.</summary>
    public static byte[] Entry(long micros, ReadOnlySpan<byte> rest)
    {
        byte[] entry = new byte[9 + rest.Length];
        entry[0] = 0x09;
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(1), micros);
        rest.CopyTo(entry.AsSpan(9));
        return entry;
    }

    /// <summary>Compressible entries: entry i of the ledger has time <c>1000 + 2i</c>.</summary>
    public static byte[][] Audit(long firstIndex, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Audit(firstIndex + i))];

    public static byte[] Audit(long index) => Entry(
        Micros(index),
        Encoding.UTF8.GetBytes($"{{\"index\":{index},\"user\":\"user-{index % 7}\",\"action\":\"document.read\"}}"));

    public static long Micros(long index) => 1000 + (2 * index);

    /// <summary>Entries that do not compress.</summary>
    public static byte[][] Noise(Random random, int count, int bytes) =>
        [.. Enumerable.Range(0, count).Select(_ =>
        {
            byte[] entry = new byte[bytes];
            random.NextBytes(entry);
            return entry;
        })];

    public static Hash256[] Leaves(byte[] bundle, int entries)
    {
        Hash256[] leaves = new Hash256[entries];
        Assert.Equal(bundle.Length, Sha256Batch.HashBundle(bundle, leaves));
        return leaves;
    }

    /// <summary>The block of some entries.</summary>
    public static byte[] Block(in BlockIdentity identity, byte[][] entries, long firstMicros, long lastMicros)
    {
        byte[] bundle = Encode(entries);
        BlockEncoder encoder = new(Lz4Effort.Fast);
        byte[] block = new byte[BlockEncoder.BlockBytesBound(bundle.Length, entries.Length)];
        new Random(7).NextBytes(block);
        int length = encoder.Encode(
            identity, bundle, Leaves(bundle, entries.Length), firstMicros, lastMicros, block);
        return block[..length];
    }

    /// <summary>The block of audit entries of a bundle.</summary>
    public static byte[] AuditBlock(in BlockIdentity identity, int entries) => Block(
        identity,
        Audit(identity.FirstIndex, entries),
        Micros(identity.FirstIndex),
        Micros(identity.FirstIndex + entries - 1));

    public static Hash256 Root(ReadOnlySpan<Hash256> leaves) =>
        Sha256Batch.PerfectRoot(leaves, new Hash256[leaves.Length]);
}
