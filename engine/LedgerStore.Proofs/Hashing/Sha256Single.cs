// Batches without lanes: one message after the other, by Arm's instructions, libcrypto or the framework.
// Any thread; pure.
namespace LedgerStore.Proofs;

internal static class Sha256Single
{
    public static int HashBundle(Sha256Path path, ReadOnlySpan<byte> bundle, int offset, Span<Hash256> leaves)
    {
        for (int i = 0; i < leaves.Length; i++)
        {
            offset = BundleOrder.Step(bundle, offset, out int length);
            leaves[i] = Hash(path, MerkleHash.LeafPrefix, bundle.Slice(offset - length, length));
        }

        return offset;
    }

    public static void HashNodes(Sha256Path path, ReadOnlySpan<Hash256> children, Span<Hash256> parents)
    {
        for (int i = 0; i < parents.Length; i++)
        {
            parents[i] = Hash(path, MerkleHash.NodePrefix, Hash256.BytesOf(children.Slice(2 * i, 2)));
        }
    }

    public static void HashPairs(
        Sha256Path path, ReadOnlySpan<Hash256> left, ReadOnlySpan<Hash256> right, Span<Hash256> parents)
    {
        for (int i = 0; i < parents.Length; i++)
        {
            ReadOnlySpan<Hash256> children = [left[i], right[i]];
            parents[i] = Hash(path, MerkleHash.NodePrefix, Hash256.BytesOf(children));
        }
    }

    public static Hash256 Hash(Sha256Path path, byte prefix, ReadOnlySpan<byte> message) => path switch
    {
        Sha256Path.Arm => Sha256Message.Hash<ArmSha256Instructions>(prefix, message),
        Sha256Path.Native => Sha256Native.Hash(prefix, message),
        Sha256Path.Framework => MerkleHash.Framework(prefix, message),
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "not a path for single messages"),
    };
}
