// What a simulated store has published over all its lives, and what therefore must hold for ever.
// Owned by one simulation, on one thread.

using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

internal sealed class SigningModel
{
    private readonly Dictionary<string, SortedDictionary<long, Hash256>> _published = new(StringComparer.Ordinal);

    /// <summary>Somebody asked for the new key: from then on either may be the store's.</summary>
    public bool RotationAsked { get; set; }

    /// <summary>Somebody was told that the new key is the store's.</summary>
    public bool Rotated { get; set; }

    /// <summary>The store is from before ledgers had keys of their own: until a rotation, one key signs all.</summary>
    public bool BeganShared { get; set; }

    public long PublishedCount => _published.Values.Sum(static sizes => (long)sizes.Count);

    /// <summary>A copy for another disk with the same past.</summary>
    public SigningModel Copy()
    {
        SigningModel copy = new()
        {
            RotationAsked = RotationAsked,
            Rotated = Rotated,
            BeganShared = BeganShared,
        };
        foreach ((string name, SortedDictionary<long, Hash256> sizes) in _published)
        {
            copy._published.Add(name, new SortedDictionary<long, Hash256>(sizes));
        }

        return copy;
    }

    /// <summary>Looks at what everybody can see now.</summary>
    public void Look(StoreCore core)
    {
        foreach (OpenLedger ledger in core.Ledgers.All)
        {
            if (ledger.Newest is { } newest)
            {
                Note(ledger.Name, newest);
            }
        }
    }

    /// <summary>Compares a store that was just opened with everything that any life has published.</summary>
    public void Check(StoreCore core)
    {
        KeyScheme expected = BeganShared && !Rotated ? KeyScheme.Shared : KeyScheme.Derived;

        // A store without a signing key has none.
        Assert.Equal(expected, core.Keys.Current?.Scheme ?? expected);
        foreach ((string name, SortedDictionary<long, Hash256> sizes) in _published)
        {
            CatalogLedger? entry = core.Catalog.Find(name);
            Assert.True(entry is not null, $"'{name}' was published and is gone");
            OpenLedger log = core.Ledgers.Get(entry.Id);
            OpenLedger ledger = core.Ledgers.Check(log);
            long largest = sizes.Keys.Last();
            Assert.True(log.ReadableSize >= largest, $"'{name}' has {log.ReadableSize} of {largest} published entries");
            Assert.True(ledger.Newest?.Size >= largest, $"'{name}' knows {ledger.Newest?.Size}, not {largest}");
            foreach ((long size, Hash256 root) in sizes)
            {
                Assert.True(
                    TreeRoots.FromNodes(ledger.Nodes, size) == root, $"'{name}' has another root at size {size}");
            }

            Note(name, ledger.Newest!);
            LogKeySet keys = core.Keys.CheckedKeysOf(entry.Id, entry.Origin)!;
            keys.Open(ledger.Newest!.Note, VerifierKeys.None);
        }
    }

    private void Note(string name, CheckpointRecord record)
    {
        if (!_published.TryGetValue(name, out SortedDictionary<long, Hash256>? sizes))
        {
            _published.Add(name, sizes = []);
        }

        if (sizes.TryGetValue(record.Size, out Hash256 before))
        {
            Assert.True(before == record.Root, $"'{name}' was published with two roots at size {record.Size}");
            return;
        }

        Assert.True(
            sizes.Count == 0 || sizes.Keys.Last() < record.Size,
            $"'{name}' was published at {record.Size} after {(sizes.Count == 0 ? 0 : sizes.Keys.Last())}");
        sizes.Add(record.Size, record.Root);
    }
}
