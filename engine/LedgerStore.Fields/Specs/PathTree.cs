// All paths of a spec as one tree of names, so that a record is read once, whatever is asked of it.
// Built once, then only read: any thread.

using System.Text;

namespace LedgerStore.Fields;

/// <summary>Which fields begin or end at a place in a record.</summary>
internal sealed class PathTree
{
    /// <summary>The record itself.</summary>
    public const int Root = 0;

    /// <summary>A place that no path leads to.</summary>
    public const int Nowhere = -1;

    private readonly List<Node> _nodes = [new Node()];

    public PathTree(IReadOnlyList<FieldSpec> declared)
    {
        for (int field = 0; field < declared.Count; field++)
        {
            for (int path = 0; path < declared[field].Paths.Count; path++)
            {
                Add(declared[field].Paths[path], new PathEnd((byte)(OwnField.Count + field), (byte)path));
            }
        }

        NameBytesMax = _nodes.SelectMany(static node => node.Children)
            .Select(static child => child.Name.Length).DefaultIfEmpty().Max();
    }

    /// <summary>The longest name of any path.</summary>
    public int NameBytesMax { get; }

    /// <summary>The place of a name below another; nowhere, if no path leads there.</summary>
    public int Child(int node, ReadOnlySpan<byte> name)
    {
        if (node == Nowhere)
        {
            return Nowhere;
        }

        foreach ((byte[] expected, int child) in _nodes[node].Children)
        {
            if (name.SequenceEqual(expected))
            {
                return child;
            }
        }

        return Nowhere;
    }

    /// <summary>The place of the elements of the array that is there.</summary>
    public int Elements(int node) => node == Nowhere ? Nowhere : _nodes[node].Elements;

    /// <summary>The paths that end there.</summary>
    public ReadOnlySpan<PathEnd> EndsAt(int node) => node == Nowhere ? default : _nodes[node].Ends;

    private void Add(FieldPath path, PathEnd end)
    {
        int at = Root;
        foreach (string? step in path.Steps)
        {
            Node node = _nodes[at];
            byte[] name = step is null ? [] : Encoding.UTF8.GetBytes(step);
            at = step is null ? node.Elements : Child(at, name);
            if (at != Nowhere)
            {
                continue;
            }

            at = _nodes.Count;
            _nodes.Add(new Node());
            if (step is null)
            {
                node.Elements = at;
            }
            else
            {
                node.Children = [.. node.Children, (name, at)];
            }
        }

        _nodes[at].Ends = [.. _nodes[at].Ends, end];
    }

    private sealed class Node
    {
        public (byte[] Name, int Node)[] Children { get; set; } = [];

        public int Elements { get; set; } = Nowhere;

        public PathEnd[] Ends { get; set; } = [];
    }
}

/// <summary>The number of a field, and which of its paths ends here.</summary>
internal readonly record struct PathEnd(byte Field, byte Path);
