// A source of nodes: a small tree that is known in full. One test each.
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Proofs;

/// <summary>Answers from a naive tree, and counts how often it is asked.</summary>
internal sealed class NaiveSource(NaiveTree tree) : INodeSource
{
    public int Calls { get; private set; }

    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        Calls++;
        for (int i = 0; i < nodes.Length; i++)
        {
            int begin = (int)nodes[i].FirstLeaf;
            hashes[i] = tree.Root(begin, begin + (1 << nodes[i].Level));
        }
    }
}
