// Reads the store again and again while it runs: bits rot in files that nobody reads, and whoever changes them must not
// have to fear the next verification only. It works from the files alone, as an offline verification does, so it needs
// no lock and disturbs nobody. One piece of work at a time, when its time has come; see RunOnce for the thread.
using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Checks segments: those that were asked for first, then whatever is due.</summary>
internal sealed class Scrubber
{
    // A store that has just been opened has other things to do.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMinutes(1);

    // Checkpoints come each second.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly IFileSystem _files;
    private readonly StorePaths _paths;
    private readonly UInt128 _storeId;
    private readonly Catalog _catalog;
    private readonly DamagedRanges _damaged;
    private readonly ScrubOptions _options;
    private readonly TimeProvider _time;
    private readonly KeyBook _book;
    private readonly ConcurrentQueue<ScrubRequest> _requests = new();
    private readonly SegmentVerifier _verifier = new();
    private readonly ScrubPass _full;
    private readonly ScrubPass _newest;

    // Of the thread that runs it: the ledger of the last unit, and when the next unit may begin at the earliest.
    private LedgerScrub? _ledger;
    private uint _ledgerId;
    private RotationBook _rotations = RotationBook.Empty;
    private long _idleSince;
    private TimeSpan _pause = s_firstPause;
    private readonly long _startedAt;
    private long _claimsRound = -1;

    private volatile bool _isClosed;
    private long _bytes;
    private long _entries;
    private long _findings;

    /// <param name="random">Where the first round through the whole store begins, 0 to 1.</param>
    public Scrubber(
        IFileSystem files,
        StorePaths paths,
        UInt128 storeId,
        Catalog catalog,
        DamagedRanges damaged,
        ScrubOptions options,
        TimeProvider time,
        double random)
    {
        (_files, _paths, _storeId, _catalog) = (files, paths, storeId, catalog);
        (_damaged, _options, _time) = (damaged, options, time);
        _book = new KeyBook(new VerifyOptions { DataDirectory = paths.Root, FindKeys = options.FindKeys });
        _full = new ScrubPass(options.FullPeriod, time, () =>
        {
            List<ScrubUnit> all = Collect(null);
            return ScrubUnits.From(all, (int)(all.Count * random));
        });
        _newest = new ScrubPass(
            options.NewestPeriod, time, () => ScrubUnits.Newest(Collect(null), options.NewestShare));
        _idleSince = _startedAt = time.GetTimestamp();
    }

    /// <summary>Reads an entry of <c>_audit</c>, wherever it is; null when there is none. Nothing has expired for which
    /// it does not speak.</summary>
    public Func<long, byte[]?> AuditEntry { get; init; } = static _ => null;

    /// <summary>Compares what the files claim of a ledger, or of all (null), with <c>_audit</c>; gives up when it is
    /// told that the store closes.</summary>
    public Func<uint?, Func<bool>, IReadOnlyList<VerifyFinding>>? Claims { get; init; }

    /// <summary>Whether a checkpoint of <c>_audit</c> is still to come: until then nothing can be compared with it.
    /// </summary>
    public Func<bool> IsEarly { get; init; } = static () => false;

    /// <summary>How long before a tombstone its notice must have come.</summary>
    public TimeSpan NoticeAhead { get; init; } = AuditExpiryNotice.Ahead;

    /// <summary>Bytes of segment files that were read.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public long Entries => Interlocked.Read(ref _entries);

    public long Findings => Interlocked.Read(ref _findings);

    /// <summary>Rounds through the whole store since it was opened.</summary>
    public long FullRounds => _full.Rounds;

    /// <summary>Asks for a scrub now. Then wake the thread that runs it.</summary>
    public void Ask(ScrubRequest request)
    {
        _requests.Enqueue(request);
        if (_isClosed)
        {
            Close();
        }
    }

    /// <summary>The store closes: nothing more is begun. Then join the thread, and Close.</summary>
    public void Stop() => _isClosed = true;

    /// <summary>Tells those who wait for a scrub that there will be none.</summary>
    public void Close()
    {
        while (_requests.TryDequeue(out ScrubRequest? request))
        {
            request.Cancel();
        }
    }

    /// <summary>Checks one segment, if one was asked for or is due.</summary>
    /// <returns>Whether there was any.</returns>
    public bool RunOnce()
    {
        if (_isClosed)
        {
            return false;
        }

        if (_requests.TryPeek(out ScrubRequest? request))
        {
            RunRequest(request);
            return true;
        }

        if (_options.IsContinuous && Claims is not null && _claimsRound < _full.Rounds && !MustWait())
        {
            // At once after a start: what the files lack nobody has met yet.
            _claimsRound = _full.Rounds;
            CompareClaims(null);
            return true;
        }

        if (!_options.IsContinuous || _time.GetElapsedTime(_idleSince) < _pause)
        {
            return false;
        }

        if (!_newest.TryTake(out ScrubUnit unit) && !_full.TryTake(out unit))
        {
            return false;
        }

        ScrubResult result = Check(unit);
        _pause = TimeSpan.FromSeconds((double)result.Bytes / _options.BytesPerSecondMax);
        _idleSince = _time.GetTimestamp();
        return true;
    }

    /// <summary>The first moments of a store are no finding; a checkpoint that does not come is one.</summary>
    private bool MustWait() => _time.GetElapsedTime(_startedAt) < s_patience && IsEarly();

    private void RunRequest(ScrubRequest request)
    {
        if (request.Units is null)
        {
            request.Units = new ScrubUnits(Collect(request.LedgerId));
            request.Add(CompareClaims(request.LedgerId));
        }

        if (request.IsCancelled || request.Units.IsDone)
        {
            _requests.TryDequeue(out _);
            request.Complete();
            return;
        }

        request.Add(Check(request.Units.Take()));
    }

    private IReadOnlyList<VerifyFinding> CompareClaims(uint? ledgerId)
    {
        IReadOnlyList<VerifyFinding> found = Claims?.Invoke(ledgerId, () => _isClosed) ?? [];
        foreach (VerifyFinding finding in found)
        {
            Interlocked.Increment(ref _findings);
            _options.OnFinding(finding);
        }

        return found;
    }

    private ScrubResult Check(in ScrubUnit unit)
    {
        if (_catalog.Find(unit.LedgerId) is not { } ledger)
        {
            return new ScrubResult(0, 0, []);
        }

        if (_ledger is null || _ledgerId != unit.LedgerId || unit.Segment == _ledger.Segments - 1)
        {
            Open(ledger);
        }

        ScrubResult result = _ledger!.Run(unit.Segment);
        if (result.Findings.Any(finding =>
            finding.Kind is VerifyFindingKind.EntriesUnreadable or VerifyFindingKind.CheckpointInvalid
                or VerifyFindingKind.ClaimNotConfirmed))
        {
            // The segment may have got another file meanwhile, or the store another key. If not, the finding stands.
            ReadRotations();
            Open(ledger);
            result = _ledger!.Run(unit.Segment);
        }

        Interlocked.Add(ref _bytes, result.Bytes);
        Interlocked.Add(ref _entries, result.Entries);
        foreach (VerifyFinding finding in result.Findings)
        {
            Report(unit.LedgerId, finding);
        }

        return result;
    }

    private void Report(uint ledgerId, VerifyFinding finding)
    {
        Interlocked.Increment(ref _findings);
        if (finding.Kind is VerifyFindingKind.EntriesChanged or VerifyFindingKind.EntriesUnreadable
            or VerifyFindingKind.RootMismatch)
        {
            _damaged.Add(ledgerId, finding.FirstIndex, finding.Count, finding.Evidence);
        }

        _options.OnFinding(finding);
    }

    private void Open(CatalogLedger ledger)
    {
        _ledger = new LedgerScrub(_files, _paths, _storeId, ledger, _book, _rotations, _verifier)
        {
            AuditEntry = AuditEntry,
            Ahead = NoticeAhead,
        };
        _ledgerId = ledger.Id;
    }

    /// <summary>A key log that cannot be read is for the next start to tell of; the last one known is used.</summary>
    private void ReadRotations()
    {
        try
        {
            _rotations = RotationBook.Read(_files, _paths, _storeId);
        }
        catch (Exception damage) when (damage is StoreException or StorageException or MalformedDataException)
        {
            _options.OnFinding(new VerifyFinding(
                VerifyFindingKind.SharedFileDamaged, null, -1, 0, _paths.Keys, -1, damage.Message));
        }
    }

    /// <summary>The segments of a ledger, or of all of them.</summary>
    private List<ScrubUnit> Collect(uint? ledgerId)
    {
        List<ScrubUnit> units = [];
        ReadRotations();
        foreach (CatalogLedger ledger in _catalog.SortedByName())
        {
            if (ledgerId is null || ledgerId == ledger.Id)
            {
                Open(ledger);
                AddUnits(ledger.Id, units);
            }
        }

        return units;
    }

    private void AddUnits(uint ledgerId, List<ScrubUnit> units)
    {
        LedgerFacts facts = _ledger!.Facts;
        for (int segment = 0; segment < _ledger.Segments; segment++)
        {
            SealedRecord? complete = facts.SealedAt(segment);
            units.Add(new ScrubUnit(
                ledgerId,
                segment,
                complete?.FileBytes ?? StoreLimits.EntriesPerSegment,
                complete?.LastMicros ?? facts.State.Flushed?.LastMicros ?? 0));
        }

        if (_ledger.Segments == 0 && facts.Findings.Count > 0)
        {
            // Nothing to read is what there is to find.
            units.Add(new ScrubUnit(ledgerId, 0, 1, 0));
        }
    }
}
