// The groups of one rule, the one that was quiet longest first: found by their values, forgotten when they cannot
// matter any more, and bounded. Owned by one rule's watch.

namespace LedgerStore.Guard;

/// <summary>Groups by key, in the order in which they were last seen.</summary>
internal sealed class GroupBook
{
    private readonly Dictionary<string, LinkedListNode<(string Key, WatchGroup Group)>> _groups =
        new(StringComparer.Ordinal);

    private readonly Dictionary<string, LinkedListNode<(string Key, WatchGroup Group)>>
        .AlternateLookup<ReadOnlySpan<char>> _byKey;

    private readonly LinkedList<(string Key, WatchGroup Group)> _order = new();

    public GroupBook() => _byKey = _groups.GetAlternateLookup<ReadOnlySpan<char>>();

    public int Count => _groups.Count;

    /// <summary>All, the one that was quiet longest first.</summary>
    public IEnumerable<(string Key, WatchGroup Group)> All => _order;

    /// <summary>The group that was quiet longest; null: there is none.</summary>
    public (string Key, WatchGroup Group)? Oldest => _order.First?.Value;

    public WatchGroup? Find(string key) => _groups.TryGetValue(key, out var node) ? node.Value.Group : null;

    /// <summary>Finds a group, and makes it the one that was seen last.</summary>
    public WatchGroup? Touch(ReadOnlySpan<char> key)
    {
        if (!_byKey.TryGetValue(key, out LinkedListNode<(string Key, WatchGroup Group)>? node))
        {
            return null;
        }

        if (node != _order.Last)
        {
            _order.Remove(node);
            _order.AddLast(node);
        }

        return node.Value.Group;
    }

    public void Add(string key, WatchGroup group) => _groups.Add(key, _order.AddLast((key, group)));

    public void Remove(string key)
    {
        if (_groups.Remove(key, out LinkedListNode<(string Key, WatchGroup Group)>? node))
        {
            _order.Remove(node);
        }
    }
}
