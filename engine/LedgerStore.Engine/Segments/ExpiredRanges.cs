// Which entries of a ledger have expired. Tombstones make ranges, and ranges that touch are one to a reader. What the
// files say of it is a claim: only what `_audit` was found to confirm makes a range.
// Changed by one thread at a time (the opening, then tiering); any thread asks: the arrays are replaced, never changed.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

/// <summary>The expired ranges of one ledger.</summary>
internal sealed class ExpiredRanges(uint ledgerId)
{
    // Sorted, apart from each other.
    private (long First, long End)[] _ranges = [];
    private TombstoneRecord[] _tombstones = [];
    private ExpiryClaim[] _claims = [];

    /// <summary>Held while claims are decided: what was confirmed is not confirmed again.</summary>
    public Lock Deciding { get; } = new();

    /// <summary>What the files say and nothing signed confirms: not followed.</summary>
    public IReadOnlyList<ExpiryClaim> Claims => Volatile.Read(ref _claims);

    /// <summary>Those that were confirmed, by their first entry.</summary>
    public IReadOnlyList<TombstoneRecord> Tombstones => Volatile.Read(ref _tombstones);

    public bool IsEmpty => Volatile.Read(ref _ranges).Length == 0;

    /// <summary>The first entry that has not expired.</summary>
    public long FirstReadable => Volatile.Read(ref _ranges) is [(0, var end), ..] ? end : 0;

    /// <summary>Entries that have expired.</summary>
    public long Count => Volatile.Read(ref _ranges).Sum(static range => range.End - range.First);

    /// <summary>Takes what the files say. It is not followed before it was confirmed.</summary>
    public void Claim(TombstoneRecord tombstone) => Volatile.Write(
        ref _claims, [.. _claims, new ExpiryClaim(tombstone, "it was not compared with _audit yet", IsRefuted: false)]);

    /// <summary>A claim is what `_audit` says.</summary>
    public void Confirm(ExpiryClaim claim)
    {
        Add(claim.Record);
        Volatile.Write(ref _claims, [.. _claims.Where(other => other.Record != claim.Record)]);
    }

    /// <summary>A claim is not what `_audit` says, or nobody knows.</summary>
    public void Doubt(ExpiryClaim claim, string why, bool isRefuted) => Volatile.Write(
        ref _claims,
        [
            .. _claims.Select(other => other.Record == claim.Record
                ? new ExpiryClaim(claim.Record, why, isRefuted)
                : other),
        ]);

    /// <summary>Adds a tombstone that `_audit` has. It overlaps none that is there.</summary>
    public void Add(TombstoneRecord tombstone)
    {
        TombstoneRecord[] all = [.. _tombstones, tombstone];
        Array.Sort(all, static (a, b) => a.First.CompareTo(b.First));
        List<(long First, long End)> ranges = [];
        foreach (TombstoneRecord one in all)
        {
            if (ranges is [.., var last] && last.End == one.First)
            {
                ranges[^1] = (last.First, one.End);
            }
            else
            {
                Invariant.That(ranges is [] || ranges[^1].End < one.First, "entries expire once");
                ranges.Add((one.First, one.End));
            }
        }

        Volatile.Write(ref _tombstones, all);
        Volatile.Write(ref _ranges, [.. ranges]);
    }

    /// <summary>The tombstone of an entry; null when it has not expired.</summary>
    public TombstoneRecord? TombstoneOf(long index)
    {
        TombstoneRecord[] all = Volatile.Read(ref _tombstones);
        int at = Search.First(all.Length, (all, index), static (of, i) => of.all[i].End > of.index);
        return at < all.Length && all[at].First <= index ? all[at] : null;
    }

    public bool Has(long index) => TryFind(index, out _);

    /// <summary>Whether all of these entries have expired.</summary>
    public bool HasAll(long first, long end) => TryFind(first, out (long First, long End) range) && range.End >= end;

    /// <summary>Whether one of these entries has expired.</summary>
    public bool HasAny(long first, long end) => CountIn(first, end) > 0;

    /// <summary>How many of these entries have expired.</summary>
    public long CountIn(long first, long end) => Volatile.Read(ref _ranges).Sum(
        range => Math.Max(0, Math.Min(end, range.End) - Math.Max(first, range.First)));

    /// <summary>Whether the file of a segment has payload of one of its first bundles that has expired.</summary>
    public bool HasPayloadIn(SegmentSource source, int bundles)
    {
        long first = SegmentFormat.FirstIndex(source.Identity.Segment);
        if (IsEmpty || !HasAny(first, first + StoreLimits.EntriesPerSegment))
        {
            return false;
        }

        DirectoryRow[] rows = source.ReadRows(bundles);
        for (int bundle = 0; bundle < rows.Length; bundle++)
        {
            if (rows[bundle].RawBytes != 0 && Has(first + ((long)bundle * StoreLimits.EntriesPerBundle)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Refuses to read a bundle that has expired.</summary>
    /// <exception cref="StoreException">Expired, with the whole range that has.</exception>
    public void Check(long bundleIndex)
    {
        if (Volatile.Read(ref _ranges).Length != 0 && Has(bundleIndex * StoreLimits.EntriesPerBundle))
        {
            throw Refusal(bundleIndex);
        }
    }

    /// <summary>What a reader of a bundle without payload is told.</summary>
    public StoreException Refusal(long bundleIndex)
    {
        long first = bundleIndex * StoreLimits.EntriesPerBundle;
        if (!TryFind(first, out (long First, long End) range))
        {
            return NotConfirmed(first);
        }

        return new StoreException(
            StoreReason.Expired,
            $"entries {range.First} to {range.End - 1} of ledger {ledgerId} have expired; their hashes are kept")
        {
            FirstIndex = range.First,
            Count = range.End - range.First,
        };
    }

    private StoreException NotConfirmed(long first)
    {
        ExpiryClaim? said = Claims.FirstOrDefault(
            claim => first >= claim.Record.First && first < claim.Record.End);
        string why = said?.Text ?? "no tombstone says why";
        return new StoreException(
            StoreReason.NotConfirmed,
            $"entries {first} to {first + StoreLimits.EntriesPerBundle - 1} of ledger {ledgerId} are not in its files, "
            + $"and that they have expired or are elsewhere is not confirmed: {why}. Run verify on the data directory")
        {
            FirstIndex = first,
            Count = StoreLimits.EntriesPerBundle,
        };
    }

    private bool TryFind(long index, out (long First, long End) range)
    {
        (long First, long End)[] ranges = Volatile.Read(ref _ranges);
        int at = Search.First(ranges.Length, (ranges, index), static (of, i) => of.ranges[i].End > of.index);
        range = at < ranges.Length ? ranges[at] : default;
        return at < ranges.Length && range.First <= index;
    }
}
