// Opens a ledger where its files end, or, for a replay, where the journal begins.
// Stateless; the thread that first uses the ledger, or recovery's.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Recovery;

/// <summary>Makes the running state of a ledger from its state.log and its segment files.</summary>
internal sealed partial class LedgerOpener(StoreGround ground, Catalog catalog, DamageNotes notes)
{
    private const int BundleLevel = 8;
    private const int SegmentLevel = 16;

    // Of all ledgers that this opens: a store has one opener.
    private readonly ProducerCensus _census = new(StoreLimits.ProducersPerIdentityStoreMax);

    /// <summary>Whether the catalog has a ledger with this id.</summary>
    public bool Knows(uint id) => catalog.Find(id) is not null;

    /// <summary>Opens a ledger that the journal holds nothing of: its files are all there is.</summary>
    /// <remarks>Damage in these files makes the ledger read-only, and is no business of the other ledgers.</remarks>
    public OpenLedger Open(uint id)
    {
        try
        {
            LedgerStateLog log = OpenLog(id, out LedgerState state);
            RequireState(id, log);
            long size = state.Flushed?.Size ?? 0;
            OpenLedger ledger = Build(id, log, state, size, isReplay: false);
            ledger.SettledSize = size;
            return ledger;
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            return OpenDamaged(id, notes.TryFind(id, out DamageNote note) ? note.Size : 0, damage);
        }
    }

    /// <summary>Opens a ledger as it was before the first entry that the journal holds.</summary>
    /// <remarks>
    /// Files are trusted below that entry only. The open segment is written anew, as another generation: after a
    /// failed sync the page cache shows bytes that are not on the disk, and what was copied and synced again is.
    /// </remarks>
    /// <param name="size">Entries that its files have.</param>
    public OpenLedger OpenForReplay(uint id, long firstIndex, out long size)
    {
        LedgerStateLog log = OpenLog(id, out LedgerState state);
        size = state.Flushed?.Size ?? 0;
        if (firstIndex > size)
        {
            throw new StoreException(
                StoreReason.DataLoss,
                $"the files of ledger {id} end at {size:N0}, the journal goes on at {firstIndex:N0}");
        }

        OpenLedger ledger = Build(id, log, state, firstIndex, isReplay: true);
        if (ground.Mode == FileAccessMode.ReadOnly)
        {
            // What the journal has beyond the files stays in memory; who only looks wants to know how much that is.
            ledger.SettledSize = size;
        }

        return ledger;
    }

    /// <summary>The ledgers that are known to be damaged.</summary>
    public DamageNotes Notes => notes;

    private LedgerStateLog OpenLog(uint id, out LedgerState state)
    {
        if (notes.TryFind(id, out DamageNote note))
        {
            throw new StoreException(
                StoreReason.DataLoss,
                $"ledger {id} was found damaged when the store was started: {note.Size:N0} entries were acknowledged, "
                + "and what its files lack is in the journal files in quarantine");
        }

        LedgerStateLog log = LedgerStateLog.Open(
            ground.Files, ground.Paths, ground.StoreId, id, ground.Mode, out state);
        if (log.HasTornTail && ground.Mode == FileAccessMode.ReadWrite)
        {
            log.CutTornTail();
            ground.Files.SyncFileSystem(ground.Paths.Root);
            log.ConfirmTailCut();
        }

        return log;
    }

    private OpenLedger Build(uint id, LedgerStateLog stateLog, LedgerState state, long size, bool isReplay)
    {
        SegmentReader segments = new(id, ground.Services);
        CompactRange tree = AddSealed(id, state, segments, size);
        SegmentAppender appender = new(ground, id, segments);
        appender.Begin(segments.List.Count, LastMicros(state, segments));
        int full = (int)(size - (long)tree.Size) / StoreLimits.EntriesPerBundle;
        SegmentSource? last = size > (long)tree.Size ? OpenLast(id, state, segments.List.Count, size, isReplay) : null;
        if (last is not null && !isReplay)
        {
            appender.GoOnWith((OpenSegment)last, full);
        }
        else if (last is not null && ground.Mode == FileAccessMode.ReadWrite)
        {
            appender.CopyFrom(last, full);
        }
        else if (last is not null)
        {
            // What the journal has is replayed into memory, and stays there: the file is read below it only.
            appender.ReadFrom(last, full);
        }

        tree.AppendSubtrees(BundleLevel, appender.BundleRoots(full));
        BundleTail tail = new(tree, size);
        OpenLedger log = Create(catalog.Find(id)!, stateLog, state, size, segments, appender, tail);
        if (tail.IsResting)
        {
            // Read in any case: that the last block is damaged must be known before anything is appended behind it.
            OpenBundle read = BundleReload.Read(log, last!, full, tail.OpenCount);
            if (isReplay)
            {
                tail.Wake(read);
            }
            else
            {
                log.RestingBytes = Backlog.BytesOf(read);
                read.Release();
            }
        }

        if (isReplay && ground.Mode == FileAccessMode.ReadWrite)
        {
            (last as IDisposable)?.Dispose();
        }

        return log;
    }

    /// <summary>The complete segments below the size, and the tree over them.</summary>
    private CompactRange AddSealed(uint id, LedgerState state, SegmentReader segments, long size)
    {
        for (int i = 0; i < state.Sealed.Count; i++)
        {
            if (state.Sealed[i].Segment != i)
            {
                throw new StoreException(
                    StoreReason.Corruption,
                    $"state.log of ledger {id} names the complete segment {state.Sealed[i].Segment:N0}, "
                    + $"and not segment {i:N0} before it");
            }
        }

        CompactRange tree = new();
        foreach (SealedRecord record in state.Sealed)
        {
            if ((record.Segment + 1) * StoreLimits.EntriesPerSegment > size)
            {
                break;
            }

            SealedFacts facts = FactsOf(id, record, state.TierOf(record.Segment));
            segments.Add(new SealedSegment(ground.Services.Maps, facts));
            tree.AppendSubtree(SegmentLevel, record.Root);
        }

        return tree;
    }

    /// <summary>The file that holds the entries behind the last complete segment.</summary>
    private SegmentSource OpenLast(uint id, LedgerState state, long segment, long size, bool isReplay)
    {
        if (segment < state.Sealed.Count && !isReplay)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"state.log of ledger {id} names a complete segment {segment}, and says that the files end inside of "
                + $"it, at {size:N0} entries");
        }

        if (segment < state.Sealed.Count)
        {
            // Complete by now, but the journal begins in the middle of it.
            SealedFacts facts = FactsOf(id, state.Sealed[(int)segment], state.TierOf(segment));
            return new SealedSegment(ground.Services.Maps, facts);
        }

        SegmentIdentity identity = new(ground.StoreId, id, segment, state.Flushed!.Value.OpenGeneration);
        OpenSegment open = OpenSegment.Reopen(
            ground.Services.Files,
            ground.Paths.SegmentsDirectory(id),
            identity,
            isReplay ? FileAccessMode.ReadOnly : ground.Mode,
            size);
        return open.Damage is null ? open : throw open.Damage;
    }

    private SealedFacts FactsOf(uint id, SealedRecord record, TierRecord? moved)
    {
        if (moved?.Tier == SegmentTier.Expired
            && !ground.Files.Exists(ground.Paths.Tiles(id, record.Segment, record.Generation))
            && TryFindSealed(id, record.Segment, out SealedRecord left)
            && left.Root == record.Root)
        {
            // It says that the segment has expired and names a file that is not there; a whole one is.
            return FactsOf(id, left, moved: null);
        }

        return SealedFacts.Of(ground.Paths, ground.StoreId, id, record, moved);
    }

    private static long LastMicros(LedgerState state, SegmentReader segments) =>
        segments.List.Count > 0 ? state.Sealed[segments.List.Count - 1].LastMicros : 0;

    private OpenLedger Create(
        CatalogLedger entry,
        LedgerStateLog? stateLog,
        LedgerState state,
        long size,
        SegmentReader segments,
        SegmentAppender appender,
        BundleTail tail)
    {
        ProducerTable producers = new(StoreLimits.ProducersPerIdentityMax, _census);
        foreach (ProducerSnapshot snapshot in state.Producers)
        {
            producers.Restore(snapshot);
        }

        OpenLedger log = new(entry, size, producers, stateLog, ground.Services, segments, appender, tail);
        log.Holds = [.. state.Holds];
        log.Expiring = state.Expiring;
        log.ExpiryProgress = state.ExpiryProgress;
        log.Notices.AddRange(state.Notices);
        if (state.Flushed is { } flushed)
        {
            log.CommittedOpen = (flushed.OpenSegment, flushed.OpenGeneration);
        }

        foreach (TombstoneRecord tombstone in state.Tombstones)
        {
            segments.Expired.Claim(tombstone);
        }

        if (state.Checkpoints is [.., var newest])
        {
            log.Checkpoints.Restore(newest);
        }

        return log;
    }
}
