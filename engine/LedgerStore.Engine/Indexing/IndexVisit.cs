// One look at one index: states the segments that have become complete, one after the other, builds again what is
// missing, and drops the pages of what expired. Owned by the thread of the index worker. At every await of the pace a
// crash may come:
//
//   build      nothing is written: the next start begins anew, and the same entries give the same bytes
//   file       synced and read back before anything says that there is one; the next start writes it again
//   statement  entry s of the index's ledger, producer "index", sequence s + 1: appended twice it is there once

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using SegmentFacts = LedgerStore.Fields.SegmentFacts;

namespace LedgerStore.Engine.Indexing;

/// <summary>Visits indexes, one at a time.</summary>
/// <param name="append">Appends a statement to the index's ledger; done when it is durable.</param>
internal sealed class IndexVisit(
    StoreGround ground,
    OpenLedgers ledgers,
    LedgerIndexes indexes,
    IndexFiles files,
    DiskSpace disk,
    IndexCounters counters,
    Pace pace,
    Func<OpenLedger, long, byte[], ValueTask<AppendResult>> append)
{
    // What a ledger with a statement for a segment without an index has there: part of it had expired.
    private static readonly byte[] s_none = [];

    // One segment of each index a minute: a thousand segments in a day.
    private const long RecheckMicros = 60_000_000;

    // Segments of each index whose file is right, and those whose pages are gone, as far as this process knows.
    private readonly HashSet<(uint Index, long Segment)> _sound = [];
    private readonly HashSet<(uint Index, long Segment)> _withoutPages = [];
    private readonly Dictionary<uint, (long Segment, long DueMicros)> _rechecks = [];
    private (uint Index, SegmentIndexer Indexer)? _indexer;

    /// <summary>Everything that is to be done for an index now.</summary>
    public async Task RunAsync(LedgerIndex index)
    {
        OpenLedger source = ledgers.GetChecked(index.Name.LedgerId);
        OpenLedger statements = ledgers.GetChecked(index.Id);
        if (source.Damage is not null || statements.Damage is not null)
        {
            return;
        }

        IndexSpec spec = indexes.SpecOf(index);
        while (statements.Durable.Value is var next && next < CompleteSegments(source))
        {
            if (!await StateAsync(index, spec, source, statements, next).ConfigureAwait(false))
            {
                return;
            }
        }

        for (long segment = 0; segment < statements.ReadableSize; segment++)
        {
            await KeepAsync(index, spec, source, statements, segment).ConfigureAwait(false);
        }

        await RecheckAsync(index, spec, source, statements).ConfigureAwait(false);
    }

    /// <summary>The visit failed: what was begun is forgotten.</summary>
    public void Abandon() => _indexer = null;

    /// <summary>Segments that nothing is appended to any more.</summary>
    public static long CompleteSegments(OpenLedger log)
    {
        SegmentList list = log.Segments.List;
        int complete = list.Count > 0 && list[list.Count - 1] is not SealedSegment ? list.Count - 1 : list.Count;
        return Math.Min(complete, log.Durable.Value / StoreLimits.EntriesPerSegment);
    }

    /// <summary>The statement about a segment; null when there is no index of it.</summary>
    /// <exception cref="StoreException">DataLoss: the entry is none that the index worker has written.</exception>
    public static SegmentFacts? ReadStatement(LedgerIndex index, long segment, ReadOnlySpan<byte> entry)
    {
        try
        {
            if (EntryView.TryParse(entry, out EntryView view)
                && view.ContentType.SequenceEqual(IndexStatement.ContentType))
            {
                return view.Payload.IsEmpty ? null : IndexStatement.Read(view.Payload).Facts;
            }
        }
        catch (MalformedDataException)
        {
            // As below.
        }

        throw new StoreException(
            StoreReason.DataLoss, $"entry {segment} of '{index.Name}' is no statement about an index");
    }

    /// <summary>Sees to it that what was stated is there, as long as its segment is.</summary>
    private async Task KeepAsync(
        LedgerIndex index, IndexSpec spec, OpenLedger source, OpenLedger statements, long segment)
    {
        bool hasExpired = HasExpired(source, segment);
        bool isSuspect = files.TakeSuspect(index.Id, segment);
        if (!isSuspect && (hasExpired ? _withoutPages : _sound).Contains((index.Id, segment)))
        {
            return;
        }

        SegmentFacts? stated = StatedOf(index, statements, segment);
        IndexFile? file = stated is null ? null : files.TryRead(index.Id, stated);
        await pace.Work((long)(stated?.PagesBytes ?? 0));
        if (hasExpired)
        {
            // Its terms are values of people, if only hashed. What a file without pages proves is proven as before.
            if (file is { HasPages: true })
            {
                files.Replace(index.Id, segment, file.WriteWithoutPages());
            }

            _withoutPages.Add((index.Id, segment));
        }
        else
        {
            if (stated is not null && file is not { HasPages: true, HasSoundPages: true }
                && await BuildAsync(index, spec, source, segment).ConfigureAwait(false) is { } built)
            {
                Compare(index, source, segment, built, stated);
                files.Replace(index.Id, segment, built);
            }

            _sound.Add((index.Id, segment));
        }
    }

    /// <summary>Builds an index again that has its file, now and then: what was signed of it must be so. Of what is
    /// cold nothing is fetched for that.</summary>
    private async Task RecheckAsync(LedgerIndex index, IndexSpec spec, OpenLedger source, OpenLedger statements)
    {
        long now = ground.SteadyMicros();
        (long segment, long due) = _rechecks.GetValueOrDefault(index.Id, (0, now + RecheckMicros));
        if (now < due || statements.ReadableSize == 0)
        {
            _rechecks.TryAdd(index.Id, (segment, due));
            return;
        }

        segment = segment < statements.ReadableSize ? segment : 0;
        _rechecks[index.Id] = (segment + 1, now + RecheckMicros);
        if (!HasExpired(source, segment)
            && source.Segments.List[(int)segment] is SealedSegment { Facts.Tier: not SegmentTier.Cold }
            && StatedOf(index, statements, segment) is { } stated
            && await BuildAsync(index, spec, source, segment).ConfigureAwait(false) is { } built)
        {
            Compare(index, source, segment, built, stated);
        }
    }

    /// <exception cref="StoreException">DataLoss: what was built of the entries is not what was stated.</exception>
    private void Compare(LedgerIndex index, OpenLedger source, long segment, byte[] built, SegmentFacts stated)
    {
        if (IndexFiles.IsOf(built, stated))
        {
            return;
        }

        string evidence = $"the index of segment {segment} of '{source.Name}' is not what entry {segment} of "
            + $"'{index.Name}' says that it is; one of them is false: keep both, and run verify";
        source.IndexFailure = evidence;
        ground.Services.Damaged(new DamageReport(
            source.Id, SegmentFormat.FirstIndex(segment), StoreLimits.EntriesPerSegment,
            ground.Paths.Index(index.Id, segment), -1, evidence));
        throw new StoreException(StoreReason.DataLoss, evidence);
    }

    /// <summary>The statement about a segment that there is one about.</summary>
    public static SegmentFacts? StatedOf(LedgerIndex index, OpenLedger statements, long segment)
    {
        using BundleLease entry = statements.WaitForEntry(segment);
        return ReadStatement(index, segment, entry.Entry((int)(segment - entry.FirstIndex)));
    }

    /// <returns>False: there is no room for it now.</returns>
    private async Task<bool> StateAsync(
        LedgerIndex index, IndexSpec spec, OpenLedger source, OpenLedger statements, long segment)
    {
        byte[] statement = s_none;
        if (!HasExpired(source, segment)
            && await BuildAsync(index, spec, source, segment).ConfigureAwait(false) is { } built)
        {
            if (!disk.HasRoomFor(built.Length))
            {
                return false;
            }

            files.Replace(index.Id, segment, built);
            await pace.Work(built.Length);
            statement = IndexStatement.Of(source.Origin, built);
            _sound.Add((index.Id, segment));
        }

        _ = await pace.Until(append(statements, segment, statement)).ConfigureAwait(false);
        counters.Built();
        return true;
    }

    /// <summary>Builds the index of a segment from its entries, which are compared with the segment's root.</summary>
    /// <returns>Null: some of it has expired meanwhile.</returns>
    private async Task<byte[]?> BuildAsync(LedgerIndex index, IndexSpec spec, OpenLedger source, long segment)
    {
        // One that a failed visit has left half full is not used again: see Abandon.
        SegmentIndexer indexer = _indexer is { } kept && kept.Index == index.Id
            ? kept.Indexer
            : new SegmentIndexer(spec);
        _indexer = null;
        try
        {
            for (int bundle = 0; bundle < StoreLimits.BundlesPerSegment; bundle++)
            {
                long number = (segment * StoreLimits.BundlesPerSegment) + bundle;
                using BundleLease lease = await pace
                    .Until(source.ReadBundleAsync(number, 0, CancellationToken.None)).ConfigureAwait(false);
                indexer.Add(lease.Bytes);
                await pace.Work(lease.Bytes.Length);
            }
        }
        catch (StoreException gone) when (gone.Reason == StoreReason.Expired)
        {
            return null;
        }
        catch (MalformedDataException damage)
        {
            throw new StoreException(
                StoreReason.DataLoss,
                $"segment {segment} of '{source.Name}' cannot be indexed: {damage.Message}; run verify on the data "
                + "directory",
                damage);
        }

        byte[] built = indexer.Build((ulong)segment, out Hash256 root);
        if (!source.Segments.TryGetRoot(segment, out Hash256 signed) || root != signed)
        {
            throw new StoreException(
                StoreReason.DataLoss,
                $"the entries of segment {segment} of '{source.Name}' do not have its root, so nothing is indexed; run "
                + "verify on the data directory");
        }

        _indexer = (index.Id, indexer);
        return built;
    }

    private static bool HasExpired(OpenLedger source, long segment)
    {
        long first = SegmentFormat.FirstIndex(segment);
        return source.Segments.Expired.HasAny(first, first + StoreLimits.EntriesPerSegment);
    }
}
