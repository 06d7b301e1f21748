// The three hashes a Merkle tree of RFC 6962 (2.1) is made of, one at a time. Many at once: Sha256Batch.
// Any thread; pure.
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace LedgerStore.Proofs;

/// <summary>Leaf, node and empty root of the Merkle tree of RFC 6962 and RFC 9162, with SHA-256.</summary>
public static class MerkleHash
{
    /// <summary>What precedes an entry in its leaf hash.</summary>
    public const byte LeafPrefix = 0x00;

    /// <summary>What precedes two child hashes in their node hash; it keeps a node from posing as a leaf.</summary>
    public const byte NodePrefix = 0x01;

    // A message up to here is prefixed on the stack, a longer one in a pooled buffer.
    private const int StackBytesMax = 1024;

    /// <summary>The root of a tree without entries: SHA-256 of nothing.</summary>
    public static Hash256 EmptyRoot { get; } =
        Hash256.FromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    /// <summary>SHA-256(0x00 || entry).</summary>
    public static Hash256 Leaf(ReadOnlySpan<byte> entry) => Hash(LeafPrefix, entry);

    /// <summary>SHA-256(0x01 || left || right).</summary>
    [SkipLocalsInit]
    public static Hash256 Node(in Hash256 left, in Hash256 right)
    {
        Span<Hash256> children = [left, right];
        return Hash(NodePrefix, Hash256.BytesOf(children));
    }

    /// <summary>One message by whatever is fastest on this processor.</summary>
    internal static Hash256 Hash(byte prefix, ReadOnlySpan<byte> message) =>
        Sha256Single.Hash(Sha256Paths.BestSingle, prefix, message);

    /// <summary>The same by SHA256.HashData: the reference that every other path is compared with.</summary>
    [SkipLocalsInit]
    internal static Hash256 Framework(byte prefix, ReadOnlySpan<byte> message)
    {
        if (message.Length < StackBytesMax)
        {
            Span<byte> prefixed = stackalloc byte[StackBytesMax];
            return Framework(prefix, message, prefixed);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(message.Length + 1);
        try
        {
            return Framework(prefix, message, rented);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    [SkipLocalsInit]
    private static Hash256 Framework(byte prefix, ReadOnlySpan<byte> message, Span<byte> room)
    {
        room[0] = prefix;
        message.CopyTo(room[1..]);
        Span<byte> digest = stackalloc byte[Hash256.Length];
        SHA256.HashData(room[..(message.Length + 1)], digest);
        return new Hash256(digest);
    }
}
