// Opening a ledger whose files are damaged: what is sound of it is served, nothing is added to it, nothing is changed.
// Stateless; the thread that first uses the ledger, or recovery's.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Recovery;

internal sealed partial class LedgerOpener
{
    /// <summary>Opens what is left of a ledger, for reading.</summary>
    /// <param name="size">Entries that are known to have been acknowledged; its files may know of more.</param>
    public OpenLedger OpenDamaged(uint id, long size, Exception damage)
    {
        LedgerState state = ReadState(id);
        SegmentReader segments = new(id, ground.Services);
        CompactRange tree = AddSealed(id, state, segments, long.MaxValue);
        SegmentAppender appender = new(ground, id, segments);
        long sealedSize = (long)tree.Size;
        long filesSize = Math.Max(sealedSize, state.Flushed?.Size ?? 0);
        appender.Begin(segments.List.Count, LastMicros(state, segments));
        if (state.Flushed is null)
        {
            AddFoundOpen(id, segments, appender);
            filesSize = Math.Max(filesSize, segments.Entries);
        }
        else
        {
            AddOpenIfAny(id, state, segments, appender, filesSize);
        }

        BundleTail tail = new(tree, sealedSize);
        OpenLedger ledger = Create(catalog.Find(id)!, stateLog: null, state, sealedSize, segments, appender, tail);
        ledger.IsEndUnknown = state.Flushed is null && size == 0;
        if (notes.CheckpointOf(id) is { } noted)
        {
            ledger.Checkpoints.Restore(noted);
        }

        long signed = ledger.Newest?.Size ?? 0;
        ledger.MarkDamaged(Math.Max(signed, Math.Max(filesSize, size)), damage);
        return ledger;
    }

    /// <summary>What others can cause in a ledger's files, and the disk when it reads them. Never a failed
    /// write.</summary>
    public static bool IsDamage(Exception error) => error switch
    {
        BlockDamagedException or MalformedDataException => true,
        StoreException refused => refused.Reason is StoreReason.Corruption or StoreReason.DataLoss,
        StorageException failed => failed.IsDamage,
        _ => false,
    };

    /// <summary>A ledger that has segment files has had a state.log: without it, it would begin anew at 0.</summary>
    private void RequireState(uint id, LedgerStateLog log)
    {
        string directory = ground.Paths.SegmentsDirectory(id);
        if (log.IsNew && ground.Files.Exists(directory) && ground.Files.List(directory).Count > 0)
        {
            throw new StoreException(
                StoreReason.DataLoss, $"{log.Path} is missing, and the ledger's directory has segment files");
        }
    }

    /// <summary>What state.log says, or, when it cannot be read, what the complete segment files say.</summary>
    private LedgerState ReadState(uint id)
    {
        try
        {
            LedgerStateLog.Open(
                ground.Files, ground.Paths, ground.StoreId, id, FileAccessMode.ReadOnly, out LedgerState state);
            if (state.Flushed is not null)
            {
                return state;
            }
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            // The footers are the second witness. Who compares them with a signed root is the verifier.
        }

        LedgerState found = new();
        while (TryFindSealed(id, found.Sealed.Count, out SealedRecord record))
        {
            found.Add(record);
        }

        return found;
    }

    /// <summary>The newest complete file of a segment.</summary>
    private bool TryFindSealed(uint id, long segment, out SealedRecord record)
    {
        record = default;
        string directory = ground.Paths.SegmentsDirectory(id);
        if (!ground.Files.Exists(directory))
        {
            return false;
        }

        foreach (string name in ground.Files.List(directory))
        {
            if (StorePaths.TryParseSegment(name, out long number, out uint generation)
                && number == segment
                && generation > record.Generation
                && TryReadFooter(id, segment, generation) is { } footer)
            {
                record = new SealedRecord(
                    segment, generation, footer.FileLength, footer.FirstMicros, footer.LastMicros, footer.Root);
            }
        }

        return record.Generation > 0;
    }

    private SegmentFooter? TryReadFooter(uint id, long segment, uint generation)
    {
        try
        {
            using IFile file = ground.Files.Open(
                ground.Paths.Segment(id, segment, generation), FileAccessMode.ReadOnly);
            byte[] footer = new byte[SegmentFormat.FooterBytes];
            int read = file.Read(Math.Max(0, file.Length - footer.Length), footer);
            SegmentIdentity identity = new(ground.StoreId, id, segment, generation);
            return SegmentFooter.Read(footer.AsSpan(0, read), identity, file.Length);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            return null;
        }
    }

    /// <summary>The sound blocks of the open segment, if there is one and it can be read.</summary>
    private void AddOpenIfAny(
        uint id, LedgerState state, SegmentReader segments, SegmentAppender appender, long size)
    {
        if (state.Flushed is not { OpenGeneration: > 0 } flushed || flushed.OpenSegment != segments.List.Count)
        {
            return;
        }

        if (TryReopen(id, flushed.OpenSegment, flushed.OpenGeneration, size) is { } open)
        {
            Serve(open, appender);
        }
    }

    /// <summary>The blocks of the open segment when nobody knows any more which of its files counts, and up to where.
    /// </summary>
    /// <remarks>A block is written only of what is durable in the journal, so each is of entries that were
    /// acknowledged, and the file with the most of them has all that any has.</remarks>
    private void AddFoundOpen(uint id, SegmentReader segments, SegmentAppender appender)
    {
        string directory = ground.Paths.SegmentsDirectory(id);
        OpenSegment? most = null;
        foreach (string name in ground.Files.Exists(directory) ? ground.Files.List(directory) : [])
        {
            if (!StorePaths.TryParseSegment(name, out long segment, out uint generation)
                || segment != segments.List.Count
                || TryReopen(id, segment, generation, long.MaxValue) is not { } open)
            {
                continue;
            }

            bool isMore = open.Entries > (most?.Entries ?? 0);
            (isMore ? most : open)?.Dispose();
            most = isMore ? open : most;
        }

        if (most is not null)
        {
            Serve(most, appender);
        }
    }

    private OpenSegment? TryReopen(uint id, long segment, uint generation, long size)
    {
        try
        {
            return OpenSegment.Reopen(
                ground.Services.Files,
                ground.Paths.SegmentsDirectory(id),
                new SegmentIdentity(ground.StoreId, id, segment, generation),
                FileAccessMode.ReadOnly,
                size);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            // Reads of its range say so.
            return null;
        }
    }

    private static void Serve(OpenSegment open, SegmentAppender appender)
    {
        try
        {
            appender.ReadFrom(open, open.FullBundles);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            // Its hashes cannot be read: proofs say so.
        }
    }
}
