// Directories of the simulated file system, and the changes to them that no sync has made durable yet.
// Guarded by the lock of the file system that holds them.

namespace LedgerStore.Tests.Simulation;

/// <summary>A file or a directory.</summary>
internal abstract class SimulatedNode;

/// <summary>A directory: what programs see, and what a power cut leaves at least.</summary>
internal sealed class DirectoryNode : SimulatedNode
{
    public Dictionary<string, SimulatedNode> Seen { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SimulatedNode> Durable { get; } = new(StringComparer.Ordinal);

    public SimulatedNode? Find(ReadOnlySpan<char> name) =>
        Seen.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out SimulatedNode? node) ? node : null;
}

/// <summary>A name of a directory.</summary>
internal readonly record struct DirectorySlot(DirectoryNode Directory, string Name);

/// <summary>
/// A creation (only Added), a deletion (only Removed) or a rename (both, which happen together or not at all).
/// </summary>
internal readonly record struct DirectoryChange(DirectorySlot? Removed, DirectorySlot? Added, SimulatedNode? Node)
{
    public bool Touches(DirectoryNode directory) =>
        Removed?.Directory == directory || Added?.Directory == directory;

    /// <summary>Applies the change to entries that the caller chooses: the durable ones, or a copy of them.</summary>
    public void Apply(Func<DirectoryNode, Dictionary<string, SimulatedNode>> entriesOf)
    {
        if (Removed is { } removed)
        {
            entriesOf(removed.Directory).Remove(removed.Name);
        }

        if (Added is { } added)
        {
            entriesOf(added.Directory)[added.Name] = Node!;
        }
    }
}

/// <summary>Changes in the order they were made. Those that share a name depend on each other; others do not.</summary>
/// <remarks>
/// A power cut keeps, of each group of dependent changes, any prefix. Groups are independent: that is weaker than what
/// one journal of ext4 or XFS gives, and what POSIX allows.
/// </remarks>
internal sealed class DirectoryChanges
{
    private readonly List<DirectoryChange> _changes = [];

    public int Count => _changes.Count;

    public void Add(DirectoryChange change) => _changes.Add(change);

    public void CopyTo(DirectoryChanges other) => other._changes.AddRange(_changes);

    /// <summary>Makes durable what a sync of the directory covers, or of everything when it is null.</summary>
    /// <param name="keep">How many of a group's covered changes really reach the disk; the rest are forgotten.</param>
    public void Sync(DirectoryNode? directory, Func<int, int> keep)
    {
        if (_changes.Count == 0)
        {
            return;
        }

        int[] groups = Groups();
        int[] covered = new int[_changes.Count];
        int[] seen = new int[_changes.Count];
        for (int i = 0; i < groups.Length; i++)
        {
            seen[groups[i]]++;
            if (directory is null || _changes[i].Touches(directory))
            {
                covered[groups[i]] = seen[groups[i]];
            }
        }

        int[] kept = new int[_changes.Count];
        for (int g = 0; g < covered.Length; g++)
        {
            kept[g] = covered[g] == 0 ? 0 : keep(covered[g]);
        }

        Array.Clear(seen);
        int left = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            int ordinal = ++seen[groups[i]];
            if (ordinal <= kept[groups[i]])
            {
                _changes[i].Apply(static d => d.Durable);
            }
            else if (ordinal > covered[groups[i]])
            {
                _changes[left++] = _changes[i];
            }
        }

        _changes.RemoveRange(left, _changes.Count - left);
    }

    /// <summary>Applies to copies of the durable entries what the chooser keeps. Changes nothing here.</summary>
    public void Crash(ICrashChooser chooser, Func<DirectoryNode, Dictionary<string, SimulatedNode>> entriesOf)
    {
        int[] groups = Groups();
        int[] sizes = new int[groups.Length];
        foreach (int group in groups)
        {
            sizes[group]++;
        }

        int[] kept = new int[groups.Length];
        for (int g = 0; g < sizes.Length; g++)
        {
            kept[g] = sizes[g] == 0 ? 0 : chooser.Choose(sizes[g] + 1);
        }

        for (int i = 0; i < groups.Length; i++)
        {
            if (kept[groups[i]]-- > 0)
            {
                _changes[i].Apply(entriesOf);
            }
        }
    }

    /// <summary>For each change the number of its group: changes connected by names they share.</summary>
    private int[] Groups()
    {
        int[] parent = new int[_changes.Count];
        Dictionary<DirectorySlot, int> lastOf = [];
        for (int i = 0; i < parent.Length; i++)
        {
            parent[i] = i;
            Join(_changes[i].Removed, i);
            Join(_changes[i].Added, i);
        }

        for (int i = 0; i < parent.Length; i++)
        {
            parent[i] = Root(i);
        }

        return parent;

        void Join(DirectorySlot? slot, int change)
        {
            if (slot is not { } s)
            {
                return;
            }

            if (lastOf.TryGetValue(s, out int other))
            {
                int a = Root(other);
                int b = Root(change);
                parent[Math.Max(a, b)] = Math.Min(a, b);
            }

            lastOf[s] = change;
        }

        int Root(int i)
        {
            while (parent[i] != i)
            {
                i = parent[i] = parent[parent[i]];
            }

            return i;
        }
    }
}
