// What the hashing tests share: the paths to try, the reference (SHA256.HashData, nothing of ours), and input.
using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

internal static class HashPaths
{
    /// <summary>Every path that this processor can run.</summary>
    public static TheoryData<string> Present => [.. Sha256Paths.Supported().Select(path => path.ToString())];

    public static Sha256Path Parse(string name) => Enum.Parse<Sha256Path>(name);

    public static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    public static Hash256[] Hashes(Random random, int count) =>
        [.. Hash256.Many(Bytes(random, count * Hash256.Length))];

    public static byte[] Bundle(IEnumerable<byte[]> entries)
    {
        var bundle = new MemoryStream();
        Span<byte> length = stackalloc byte[2];
        foreach (byte[] entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)entry.Length);
            bundle.Write(length);
            bundle.Write(entry);
        }

        return bundle.ToArray();
    }

    public static Hash256 Leaf(ReadOnlySpan<byte> entry) => new(SHA256.HashData([0, .. entry]));

    public static Hash256 Node(Hash256 left, Hash256 right) =>
        new(SHA256.HashData([1, .. left.ToArray(), .. right.ToArray()]));

    public static Hash256 Root(ReadOnlySpan<Hash256> leaves) => leaves.Length switch
    {
        0 => new Hash256(SHA256.HashData([])),
        1 => leaves[0],
        _ => Node(Root(leaves[..Half(leaves.Length)]), Root(leaves[Half(leaves.Length)..])),
    };

    /// <summary>The largest power of two below n, the slow way.</summary>
    public static int Half(int n)
    {
        int half = 1;
        while (2 * half < n)
        {
            half *= 2;
        }

        return half;
    }
}
