// Reads a ledger's segments. The ledger's one writer adds and replaces segments; any thread reads.
// Damage becomes a StoreException for its range, and a report: never wrong bytes.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>What is read from the segments of one ledger.</summary>
/// <remarks>
/// It knows blocks, not durability: the caller bounds what it asks for by what may be seen. Entries that are in no
/// block yet are not here; the methods say so by returning false.
/// </remarks>
internal sealed partial class SegmentReader(uint ledgerId, SegmentServices services)
{
    private const int WholeBundle = -1;

    // Changed by the ledger's writer and by the tiering thread, one at a time; read by any thread.
    private readonly Lock _changing = new();
    private volatile SegmentList _list = SegmentList.Empty;

    public SegmentList List => _list;

    /// <summary>What has expired; reads of it are refused, wherever its bytes still may be.</summary>
    public ExpiredRanges Expired { get; } = new(ledgerId);

    /// <summary>Entries that the segments' blocks hold: the ledger's first ones, without a gap.</summary>
    public long Entries => _list is { Count: > 0 } list
        ? SegmentFormat.FirstIndex(list.Count - 1) + list[list.Count - 1].Entries
        : 0;

    /// <summary>Adds the next segment. Only the ledger's writer calls it.</summary>
    public void Add(SegmentSource source)
    {
        Invariant.That(source.Identity.LedgerId == ledgerId, "the segment is of this ledger");
        lock (_changing)
        {
            _list = _list.With(source);
        }
    }

    /// <summary>Replaces a segment: sealed after open, another generation, or none of its payload. The ledger's
    /// writer calls it for the open segment, the tiering thread for complete ones.</summary>
    /// <returns>What was there: dispose it. Who is reading it finishes, and the next ones find the new one.</returns>
    public SegmentSource Replace(SegmentSource source)
    {
        Invariant.That(source.Identity.LedgerId == ledgerId, "the segment is of this ledger");
        lock (_changing)
        {
            SegmentList list = _list;
            _list = list.Replacing(source);
            return list[(int)source.Identity.Segment];
        }
    }

    /// <summary>Reads a bundle through the cache.</summary>
    /// <returns>False when no block holds any of it.</returns>
    /// <exception cref="StoreException">DataLoss: damaged or missing. Busy: no file can be opened now.</exception>
    public bool TryReadBundle(long bundleIndex, out BundleLease lease) =>
        services.Cache.TryGet(ledgerId, bundleIndex, out lease) || TryLoad(bundleIndex, WholeBundle, out lease);

    /// <summary>Reads the entry's chunk: what is decoded for one entry has at most
    /// <see cref="StoreLimits.ChunkBytesMax"/> bytes. When the whole bundle is cached, that.</summary>
    /// <returns>False when no block holds it.</returns>
    /// <exception cref="StoreException">As of <see cref="TryReadBundle(long, out BundleLease)"/>.</exception>
    public bool TryReadEntry(long index, out BundleLease lease)
    {
        long bundleIndex = index / StoreLimits.EntriesPerBundle;
        return services.Cache.TryGet(ledgerId, bundleIndex, out lease)
            || TryLoad(bundleIndex, (int)(index % StoreLimits.EntriesPerBundle), out lease);
    }

    /// <summary>Copies the leaf hashes of a bundle: the front of its level-0 tile.</summary>
    /// <param name="leaves">Room for 256.</param>
    /// <returns>How many; 0 when no block holds any of it.</returns>
    /// <exception cref="StoreException">As of <see cref="TryReadBundle(long, out BundleLease)"/>.</exception>
    public int ReadLeaves(long bundleIndex, Span<Hash256> leaves)
    {
        BlockIdentity identity = BlockIdentity.Of(ledgerId, bundleIndex);
        if (!TryEnter(identity.Segment, out _, out SegmentAccess access))
        {
            return 0;
        }

        try
        {
            return access.TryFind(identity.Bundle, out BlockPlace place)
                ? SegmentReads.Leaves(ref access, identity, place, leaves)
                : 0;
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, identity.FirstIndex, StoreLimits.EntriesPerBundle);
        }
        finally
        {
            access.Dispose();
        }
    }

    /// <summary>Copies the level-1 tile of a sealed segment: its 256 bundle roots.</summary>
    /// <returns>False when the segment is not sealed.</returns>
    /// <exception cref="StoreException">As of <see cref="TryReadBundle(long, out BundleLease)"/>.</exception>
    public bool TryReadBundleRoots(long segment, Span<Hash256> roots)
    {
        if (segment >= _list.Count || _list[(int)segment] is not SealedSegment)
        {
            return false;
        }

        TryEnter(segment, out _, out SegmentAccess access);
        try
        {
            access.Mapped?.ReadBundleRoots(roots);
            return access.Mapped is not null;
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, SegmentFormat.FirstIndex(segment), StoreLimits.EntriesPerSegment);
        }
        finally
        {
            access.Dispose();
        }
    }

    /// <summary>The root of a sealed segment; needs no file.</summary>
    /// <returns>False when the segment is not sealed.</returns>
    public bool TryGetRoot(long segment, out Hash256 root)
    {
        SegmentList list = _list;
        if (segment < list.Count && list[(int)segment] is SealedSegment { Facts: var facts })
        {
            root = facts.Root;
            return true;
        }

        root = default;
        return false;
    }

    private bool TryLoad(long bundleIndex, int slot, out BundleLease lease)
    {
        long stamp = services.Cache.Stamp;
        BlockIdentity identity = BlockIdentity.Of(ledgerId, bundleIndex);
        lease = default;
        if (!TryEnter(identity.Segment, out SegmentSource? source, out SegmentAccess access))
        {
            return false;
        }

        try
        {
            if (!access.TryFind(identity.Bundle, out BlockPlace place)
                || Decode(ref access, identity, place, slot, stamp) is not { } decoded)
            {
                return false;
            }

            lease = new BundleLease(decoded);
            return true;
        }
        catch (PayloadGoneException gone)
        {
            Exception refusal = NotHere(gone, source!, identity);
            if (refusal is not StoreException { Reason: StoreReason.NotConfirmed }
                || !TryFindLeftBehind(source!, identity, out DecodedBundle? left))
            {
                throw refusal;
            }

            lease = new BundleLease(left);
            return true;
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, identity.FirstIndex, StoreLimits.EntriesPerBundle);
        }
        finally
        {
            access.Dispose();
        }
    }

    /// <summary>Decodes a bundle, or what is needed of it for one entry.</summary>
    /// <returns>Null when the block does not hold the slot.</returns>
    private DecodedBundle? Decode(
        ref SegmentAccess access, in BlockIdentity identity, in BlockPlace place, int slot, long stamp)
    {
        if (slot == WholeBundle)
        {
            DecodedBundle bundle = SegmentReads.Bundle(ref access, services.Pool, identity, place);
            Cache(bundle, stamp);
            return bundle;
        }

        return SegmentReads.Chunk(ref access, services, identity, place, slot, stamp);
    }

    /// <summary>Caches full bundles only: a partial one is superseded soon.</summary>
    private void Cache(DecodedBundle bundle, long stamp)
    {
        if (bundle.Entries == StoreLimits.EntriesPerBundle)
        {
            services.Cache.Add(bundle, stamp);
        }
    }
}
