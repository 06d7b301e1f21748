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

    /// <summary>Reads entries through the cache, which is asked once for the bundle.</summary>
    /// <param name="index">The first entry that is wanted.</param>
    /// <param name="isWhole">Its whole bundle is wanted. Otherwise its chunk is enough: then what is decoded has at
    /// most <see cref="StoreLimits.ChunkBytesMax"/> bytes.</param>
    /// <param name="lease">The entries, when they are here.</param>
    /// <param name="cold">What <see cref="FetchAsync"/> asks for, when they are in the cold store.</param>
    /// <exception cref="StoreException">DataLoss: damaged or missing. Expired, NotConfirmed: they have gone. Busy: no
    /// file can be opened now.</exception>
    public Found Read(long index, bool isWhole, out BundleLease lease, out ColdBundle? cold)
    {
        cold = null;
        BlockIdentity identity = BlockIdentity.Of(ledgerId, index / StoreLimits.EntriesPerBundle);
        return services.Cache.TryGet(ledgerId, identity.BundleIndex, out lease)
            ? Found.Here
            : Load(identity, isWhole ? WholeBundle : (int)(index % StoreLimits.EntriesPerBundle), out lease, out cold);
    }

    /// <summary>Copies the leaf hashes of a bundle: the front of its level-0 tile.</summary>
    /// <param name="leaves">Room for 256.</param>
    /// <returns>How many; 0 when no block holds any of it.</returns>
    /// <exception cref="StoreException">As of <see cref="Read"/>.</exception>
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
                ? BlockReads.Leaves(ref access, identity, place, leaves)
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
    /// <exception cref="StoreException">As of <see cref="Read"/>.</exception>
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

    private Found Load(in BlockIdentity identity, int slot, out BundleLease lease, out ColdBundle? cold)
    {
        // Before the segment is looked up: what is read of a file that is replaced meanwhile is not cached.
        long stamp = services.Cache.Stamp;
        lease = default;
        cold = null;
        if (!TryEnter(identity.Segment, out SegmentSource? source, out SegmentAccess access))
        {
            return Found.Nowhere;
        }

        try
        {
            if (!access.TryFind(identity.Bundle, out BlockPlace place))
            {
                return Found.Nowhere;
            }

            DecodedBundle? decoded = slot == WholeBundle
                ? BlockReads.Bundle(ref access, services.Pool, identity, place, out BlockHeader header)
                : BlockReads.Chunk(ref access, services, identity, place, slot, stamp, out header);
            if (decoded is null)
            {
                ColdBundle gone = new(identity, source!, header, stamp);
                return slot >= header.Entries
                    ? Found.Nowhere
                    : FindElsewhere(gone, ref access, place, out lease, out cold);
            }

            if (slot == WholeBundle)
            {
                Cache(decoded, stamp);
            }

            lease = new BundleLease(decoded);
            return Found.Here;
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

    /// <summary>Caches full bundles only: a partial one is superseded soon.</summary>
    private void Cache(DecodedBundle bundle, long stamp)
    {
        if (bundle.Entries == StoreLimits.EntriesPerBundle)
        {
            services.Cache.Add(bundle, stamp);
        }
    }
}
