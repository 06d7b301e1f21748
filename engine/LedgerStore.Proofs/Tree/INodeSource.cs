// The one seam between proofs and whatever keeps the hashes: tiles, an engine's memory, an array in a test.
namespace LedgerStore.Proofs;

/// <summary>Knows the hashes of perfect subtrees.</summary>
public interface INodeSource
{
    /// <summary>
    /// Writes the hash of each node to the same place of <paramref name="hashes"/>. Asked once for all the nodes of a
    /// proof, so that a source on a disk or a network fetches each tile once and all of them at the same time. Throws
    /// when it cannot give every one of them; a hash that it is not sure of must not be given.
    /// </summary>
    void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes);
}
