// An open ledger's part that reads: what is in memory first, then what is in its files. Any thread.
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Ledgers;

internal sealed partial class OpenLedger
{
    private volatile Exception? _damage;

    /// <summary>What of it is in files.</summary>
    public SegmentReader Segments { get; }

    /// <summary>Why some of the ledger's entries are nowhere; null when all of them are somewhere.</summary>
    public Exception? Damage
    {
        get => _damage;
        set => _damage = value;
    }

    /// <summary>Entries that are in its files or in memory; of a damaged ledger fewer than were acknowledged.</summary>
    public long FoundSize => Math.Min(Durable.Value, Math.Max(Segments.Entries, Tail.Size));

    /// <summary>What is wrong with its files, and which entries are missing for it; null when nothing is.</summary>
    public string? DamageText => Damage is not { } damage ? null
        : FoundSize < Durable.Value
            ? $"{damage.Message}. Entries {FoundSize:N0} to {Durable.Value - 1:N0} were acknowledged, and no file that "
                + "can be read has them"
            : damage.Message;

    /// <summary>What says how many entries were acknowledged is lost: behind the last one that is found or signed there
    /// may have been more. Set before anybody else uses the ledger.</summary>
    public bool IsEndUnknown { get; set; }

    /// <summary>Refuses to call a place the end of the ledger when that is not known.</summary>
    /// <exception cref="StoreException">DataLoss, from the end that is known on.</exception>
    public void CheckEnd(long size)
    {
        if (IsEndUnknown && _damage is { } damage)
        {
            throw new StoreException(
                StoreReason.DataLoss,
                $"whether there were entries from {size:N0} on is not known: the ledger's files are damaged. "
                + damage.Message,
                damage)
            {
                FirstIndex = size,
            };
        }
    }

    /// <summary>From now on nothing of this range is shown: it is not what was signed.</summary>
    public void Withhold(long first, long end, string evidence) =>
        _services.Withheld.Add(Id, first, end - first, evidence);

    /// <summary>Entries from this one on, which is readable; waits for the cold store if it must.</summary>
    /// <param name="wanted">How many are asked for; a part of a bundle is not decoded as a whole.</param>
    /// <exception cref="StoreException">DataLoss, TierAway or Expired, with the range that is affected.</exception>
    public ValueTask<BundleLease> ReadAsync(long index, long wanted, CancellationToken cancellationToken) => Find(
        index,
        isWhole: index % StoreLimits.EntriesPerBundle == 0 && wanted >= StoreLimits.EntriesPerBundle,
        cancellationToken);

    /// <summary>A bundle that has the entry at this slot, which is readable. It may have more than is readable: those
    /// are not to be shown.</summary>
    /// <exception cref="StoreException">As of <see cref="ReadAsync"/>.</exception>
    public ValueTask<BundleLease> ReadBundleAsync(long bundleIndex, int slot, CancellationToken cancellationToken) =>
        Find((bundleIndex * StoreLimits.EntriesPerBundle) + slot, isWhole: true, cancellationToken);

    /// <summary>The same for a thread that has nothing else to do meanwhile.</summary>
    public BundleLease WaitForBundle(long bundleIndex, int slot) =>
        ReadBundleAsync(bundleIndex, slot, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>One entry for such a thread.</summary>
    public BundleLease WaitForEntry(long index) =>
        ReadAsync(index, 1, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>The block of a full bundle is on the disk: keep its entries for those who read what is new.</summary>
    public void Keep(OpenBundle bundle) => _services.Cache.AddCopy(
        Id, bundle.FirstIndex / StoreLimits.EntriesPerBundle, bundle.Span);

    /// <summary>Reads a resting bundle back into memory, so that it can grow again.</summary>
    public OpenBundle ReadBack() => BundleReload.Read(
        this,
        Segments.List[Segments.List.Count - 1],
        (int)(Tail.OpenStart / StoreLimits.EntriesPerBundle % StoreLimits.BundlesPerSegment),
        Tail.OpenCount);

    private ValueTask<BundleLease> Find(long index, bool isWhole, CancellationToken cancellationToken)
    {
        long bundleIndex = index / StoreLimits.EntriesPerBundle;
        long first = bundleIndex * StoreLimits.EntriesPerBundle;
        Segments.Expired.Check(bundleIndex);
        _services.Withheld.Check(Id, first, StoreLimits.EntriesPerBundle);

        // Memory first, for what no full block has: the bundler drops a bundle there only after it is in the file, so
        // it is always in one of them.
        if (first + StoreLimits.EntriesPerBundle > Segments.Entries && Tail.TryCopy(first, _services.Pool) is { } copy)
        {
            return new ValueTask<BundleLease>(Demand(new BundleLease(copy), index));
        }

        return Segments.Read(index, isWhole, out BundleLease lease, out ColdBundle? cold) switch
        {
            Found.Here => new ValueTask<BundleLease>(Demand(lease, index)),
            Found.Cold => Segments.FetchAsync(cold!, cancellationToken),
            _ => throw Nowhere(bundleIndex),
        };
    }

    /// <summary>Of a damaged ledger, an older and shorter block may be all that is left of the last bundle.</summary>
    private BundleLease Demand(BundleLease lease, long index)
    {
        if (index >= lease.FirstIndex && index - lease.FirstIndex < lease.Entries)
        {
            return lease;
        }

        lease.Dispose();
        throw Nowhere(index / StoreLimits.EntriesPerBundle);
    }

    private Exception Nowhere(long bundleIndex)
    {
        if (_damage is not { } damage)
        {
            return new InvariantException($"bundle {bundleIndex} is readable and is nowhere");
        }

        long first = bundleIndex * StoreLimits.EntriesPerBundle;
        return new StoreException(
            StoreReason.DataLoss,
            $"entries from {first} on cannot be read: the ledger's files are damaged. {damage.Message}",
            damage)
        {
            FirstIndex = first,
            Count = StoreLimits.EntriesPerBundle,
        };
    }
}
