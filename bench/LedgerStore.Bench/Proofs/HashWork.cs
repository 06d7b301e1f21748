// Input for the hashing figures, and the reference they are compared with: SHA256.HashData, one message at a time.
using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Proofs;

internal sealed class HashWork
{
    public const int Nodes = 4096;
    public const int Entries = 256;

    private readonly byte[] _prefixed = new byte[65_536];
    private readonly byte[] _digest = new byte[Hash256.Length];

    public HashWork()
    {
        var random = new Random(1);
        var bytes = new byte[2 * Nodes * Hash256.Length];
        random.NextBytes(bytes);
        Children = [.. Hash256.Many(bytes)];
        Bundle = MakeBundle(random, Entries, () => random.Next(150, 401));
    }

    public Hash256[] Children { get; }

    public Hash256[] Parents { get; } = new Hash256[Nodes];

    /// <summary>256 entries of 150 to 400 bytes.</summary>
    public byte[] Bundle { get; }

    public Hash256[] Leaves { get; } = new Hash256[Entries];

    public static byte[] MakeBundle(Random random, int entries, Func<int> length)
    {
        int[] lengths = [.. Enumerable.Range(0, entries).Select(_ => length())];
        var bundle = new byte[lengths.Sum() + (2 * entries)];
        random.NextBytes(bundle);
        int at = 0;
        foreach (int bytes in lengths)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bundle.AsSpan(at), (ushort)bytes);
            at += 2 + bytes;
        }

        return bundle;
    }

    public void ReferenceNodes()
    {
        _prefixed[0] = MerkleHash.NodePrefix;
        ReadOnlySpan<byte> children = Hash256.BytesOf(Children);
        for (int i = 0; i < Nodes; i++)
        {
            children.Slice(i * 2 * Hash256.Length, 2 * Hash256.Length).CopyTo(_prefixed.AsSpan(1));
            SHA256.HashData(_prefixed.AsSpan(0, 1 + (2 * Hash256.Length)), _digest);
        }
    }

    public void ReferenceBundle()
    {
        _prefixed[0] = MerkleHash.LeafPrefix;
        ReadOnlySpan<byte> rest = Bundle;
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest.Slice(2, length).CopyTo(_prefixed.AsSpan(1));
            SHA256.HashData(_prefixed.AsSpan(0, 1 + length), _digest);
            rest = rest[(2 + length)..];
        }
    }
}
