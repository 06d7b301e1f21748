// The name of one perfect subtree. Any thread; immutable.
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

/// <summary>
/// One node of a Merkle tree that has a hash of its own for ever: the perfect subtree over the leaves
/// [index * 2^level, (index + 1) * 2^level).
/// </summary>
/// <param name="Level">0 for leaves.</param>
/// <param name="Index">Counts from the left within the level.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NodeCoordinate(int Level, ulong Index)
{
    /// <summary>The node that has the same parent.</summary>
    public NodeCoordinate Sibling => new(Level, Index ^ 1);

    /// <summary>The first leaf below the node.</summary>
    public ulong FirstLeaf => Index << Level;

    public override string ToString() => $"({Level}, {Index})";
}
