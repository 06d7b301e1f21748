// RFC 9162 (2.1.1, 2.1.3.1, 2.1.4.1) written down as its recursive definitions, with SHA256.HashData: slow, obviously
// right, and nothing of ours in it. Subtree hashes are remembered, or all sizes to 600 would take hours.
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Proofs;

internal sealed class NaiveTree(Hash256[] leaves)
{
    private readonly Dictionary<(int Begin, int End), Hash256> _known = [];

    public static NaiveTree OfSize(int size, int seed) => new(HashPaths.Hashes(new Random(seed), size));

    public Hash256[] Leaves => leaves;

    /// <summary>MTH(D[begin:end]).</summary>
    public Hash256 Root(int begin, int end)
    {
        if (begin == end)
        {
            return HashPaths.Root([]);
        }

        if (end - begin == 1)
        {
            return leaves[begin];
        }

        if (!_known.TryGetValue((begin, end), out Hash256 root))
        {
            int middle = begin + HashPaths.Half(end - begin);
            root = HashPaths.Node(Root(begin, middle), Root(middle, end));
            _known.Add((begin, end), root);
        }

        return root;
    }

    public Hash256 Root(int size) => Root(0, size);

    /// <summary>PATH(index, D[0:size]).</summary>
    public Hash256[] Path(int index, int size)
    {
        var path = new List<Hash256>();
        Path(index, 0, size, path);
        return [.. path];
    }

    /// <summary>PROOF(from, D[0:to]).</summary>
    public Hash256[] Proof(int from, int to)
    {
        var proof = new List<Hash256>();
        Subproof(from, 0, to, whole: true, proof);
        return [.. proof];
    }

    public static int PathLength(int index, int size)
    {
        if (size == 1)
        {
            return 0;
        }

        int half = HashPaths.Half(size);
        return 1 + (index < half ? PathLength(index, half) : PathLength(index - half, size - half));
    }

    public static int SubproofLength(int from, int to, bool whole)
    {
        if (from == to)
        {
            return whole ? 0 : 1;
        }

        int half = HashPaths.Half(to);
        return 1 + (from <= half ? SubproofLength(from, half, whole) : SubproofLength(from - half, to - half, false));
    }

    /// <summary>
    /// The turns from a subtree to the root, true where the sibling stands to the left. A verifier knows no more of a
    /// size than these: two sizes in which they are the same cannot be told apart by a proof.
    /// </summary>
    public static string Turns(ulong first, ulong width, ulong size)
    {
        var turns = new Stack<char>();
        while (size != width)
        {
            ulong half = 1;
            while (half < size - half)
            {
                half *= 2;
            }

            bool right = first >= half;
            turns.Push(right ? 'L' : 'R');
            first -= right ? half : 0;
            size = right ? size - half : half;
        }

        return string.Concat(turns);
    }

    private void Path(int index, int begin, int end, List<Hash256> path)
    {
        if (end - begin == 1)
        {
            return;
        }

        int middle = begin + HashPaths.Half(end - begin);
        if (index < middle)
        {
            Path(index, begin, middle, path);
            path.Add(Root(middle, end));
        }
        else
        {
            Path(index, middle, end, path);
            path.Add(Root(begin, middle));
        }
    }

    private void Subproof(int from, int begin, int end, bool whole, List<Hash256> proof)
    {
        if (from == end)
        {
            if (!whole)
            {
                proof.Add(Root(begin, end));
            }

            return;
        }

        int middle = begin + HashPaths.Half(end - begin);
        if (from <= middle)
        {
            Subproof(from, begin, middle, whole, proof);
            proof.Add(Root(middle, end));
        }
        else
        {
            Subproof(from, middle, end, whole: false, proof);
            proof.Add(Root(begin, middle));
        }
    }
}
