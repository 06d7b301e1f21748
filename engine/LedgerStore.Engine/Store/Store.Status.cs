// The store's part that says how it is as a whole, without opening ledgers that nobody uses. Any thread.
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine;

public sealed partial class Store
{
    /// <summary>How many ledgers there are, in use or not.</summary>
    public int LedgerCount => _core.Catalog.SortedByName().Length;

    /// <summary>Entries of all ledgers: of those in use as acknowledged, of the others as their newest checkpoint says.
    /// A store that does not sign knows only those in use.</summary>
    public long EntryCount => _core.CountEntries();

    /// <summary>Of those in use, the entries that no checkpoint covers yet.</summary>
    public long UnsignedCount => _core.CountUnsigned();

    /// <summary>The key that signs now; null in a store that never signed.</summary>
    public StoreKeyInUse? KeyInUse =>
        _core.Keys.Current is { } current ? new StoreKeyInUse(current.Number, current.Scheme) : null;

    /// <summary>Whether the disk is full, and what to do about it.</summary>
    public DiskFacts Disk => _core.Disk.Facts;

    /// <summary>How far the anchor is; null in a store without one.</summary>
    public AnchorFacts? Anchor => _core.AnchorFacts;

    /// <summary>The name of the ledger with this id, as reports of damage have it; null when there is none.</summary>
    public string? NameOf(uint ledgerId) => _core.Catalog.Find(ledgerId)?.Name;

    /// <summary>What the files claim of the store as a whole and <c>_audit</c> does not say, as the scrubber found:
    /// ledgers that are missing, keys, who it is.</summary>
    public IReadOnlyList<string> Unconfirmed => _core.Claims.OfStore;

    /// <summary>Describes the ledgers that are in use: those that somebody asked for since the store was
    /// opened.</summary>
    public IReadOnlyList<LedgerDescription> DescribeInUse()
    {
        List<LedgerDescription> found = [];
        foreach (OpenLedger log in _core.Ledgers.All)
        {
            found.Add(new Ledger(_core, log).Describe());
        }

        return found;
    }
}
