// One verification of a store: the shared files first, then the journal, then every ledger on all threads.
// Owned by the thread that runs it; what the working threads share is guarded by the lock.
using System.Collections.Concurrent;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Verifies everything in a data directory.</summary>
internal sealed partial class StoreCheck(VerifyOptions options, IFileSystem files, StorePaths paths)
{
    private const VerifyFindingKind DerivedOnly = VerifyFindingKind.DerivedDataDamaged;

    // Of all files together that are searched for signed checkpoints; a journal has a GiB.
    private const long NoteBytesMax = 64L << 30;

    private readonly KeyBook _book = new(options);
    private readonly Lock _lock = new();

    // Guarded by the lock while threads work.
    private readonly List<VerifyFinding> _findings = [];
    private readonly List<LedgerReport> _reports = [];
    private long _findingCount;
    private long _entries;
    private long _entriesTotal;
    private long _bytes;

    private CatalogLedger[] _ledgers = [];
    private StoreFile? _store;
    private UInt128 _storeId;
    private RotationBook _rotations = RotationBook.Empty;
    private JournalIndex _journal = new();

    // Who looks at entries in the journal. Taken out by any thread, one for each ledger.
    private readonly Dictionary<uint, EntriesVisitor> _watchers = [];
    private readonly ConcurrentDictionary<uint, ProducerCheck> _producers = new();
    private readonly NewestTime _newest = new();
    private long _journalMicros;

    // What `_audit` says; it is verified before the others.
    private readonly TombstoneBook _tombstones = new();
    private readonly AuditEvents _events = new();
    private readonly List<string> _unmade = [];
    private AuditEvidence _audit = AuditEvidence.None;
    private AuditBook _said = new();
    private long _unsignedClaims;
    private LogKeySet? _auditKeys;

    /// <summary>What <c>_audit</c> says; nothing before it was verified, or where it is contradicted or has holes.
    /// </summary>
    public AuditBook Said => _said;

    public void Run()
    {
        if (!TryReadShared())
        {
            return;
        }

        int audit = Array.FindIndex(_ledgers, ledger => ledger.Name == LedgerName.Audit);
        ReadAnchor();
        ReadJournal(audit < 0 ? null : _ledgers[audit].Id);
        FindStrangers();

        // `_audit` comes first: what it says has expired is known before the others are judged.
        Run(audit < 0 ? [] : [audit]);
        ClaimsCheck claims = NewClaims();
        claims.CompareStore(_store!, _ledgers, _rotations);
        claims.CompareSchemes(_rotations, _auditKeys);
        if (options.AnchorPath is { } anchor)
        {
            ComparePolicy(claims, anchor + PolicyCopySuffix);
        }

        _findings.AddRange(claims.Findings);
        _findingCount += claims.Findings.Count;
        Count(claims);
        Run([.. Enumerable.Range(0, _ledgers.Length).Where(number => number != audit)]);
        CompareStatements();

        // Where something is missing, nobody knows how new it was.
        if (_findingCount == 0 && _newest.Fault(_journalMicros) is { } fault)
        {
            AddShared(paths.JournalDirectory, fault);
        }
    }

    private void Run(int[] ledgers)
    {
        VerifyWorkers workers = new(options.Parallelism, ledgers.Length, files);
        workers.Run(number => Open(_ledgers[ledgers[number]]), Ended);
    }

    public VerifyReport Report(TimeSpan duration)
    {
        _reports.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new VerifyReport
        {
            DataDirectory = paths.Root,
            Ledgers = _reports,
            Findings =
            [
                .. _findings.OrderBy(f => f.Ledger, StringComparer.Ordinal).ThenBy(f => f.Rank)
                    .ThenBy(f => f.Count).Take(VerifyReport.FindingsMax),
            ],
            FindingCount = _findingCount,
            Entries = _reports.Sum(report => report.HashedEntries),
            Bytes = _bytes,
            Checkpoints = _reports.Sum(report => report.Checkpoints),
            UnvouchedEntries = _reports.Sum(report => report.UnvouchedEntries),
            IsRecorded = _said.Facts.Count > 0,
            UnsignedClaims = _unsignedClaims,
            UnmadeChanges = _unmade,
            Duration = duration,
        };
    }

    private bool TryReadShared()
    {
        try
        {
            _store = StoreFileAccess.Load(files, paths);
            _storeId = _store.StoreId;
            _ledgers = Catalog.Open(files, paths, _storeId, FileAccessMode.ReadOnly).SortedByName();
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            AddShared(null, damage.Message);
            return false;
        }

        try
        {
            _rotations = RotationBook.Read(files, paths, _storeId);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            AddShared(paths.Keys, damage.Message);
        }

        return true;
    }

    private void ReadAnchor()
    {
        if (options.AnchorPath is not { } path)
        {
            return;
        }

        AnchorPath.Check(files, paths.Root, path);
        try
        {
            AnchorFile anchor = new(files, path, _storeId);
            if (!anchor.TryLoad())
            {
                AddShared(path, "there is no anchor here");
            }

            _book.Anchor = (anchor.Newest, path);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            AddShared(path, damage.Message);
        }

        foreach ((uint id, CheckpointRecord record) in _book.Anchor.Newest)
        {
            if (!Array.Exists(_ledgers, ledger => ledger.Id == id))
            {
                AddMissing(path, $"the anchor has a checkpoint of ledger {id} with {record.Size:N0} entries, the "
                    + "catalog has no such ledger");
            }
        }
    }

    private void ReadJournal(uint? audit)
    {
        _journal = new JournalIndex
        {
            Watched = id => _watchers.GetValueOrDefault(id),
            Fingerprints = new BatchFingerprint(_storeId),
            Notes = _book.HasTrust ? FindNotes() : null,
        };
        try
        {
            JournalFacts facts = new JournalScan(files, paths.JournalDirectory, _storeId).Run();
            _journalMicros = facts.LastMicros;
            RecoveryPlan plan = RecoveryPlan.Decide(facts, files.List(paths.LedgersDirectory).Count > 0);
            JournalWalk walk = new(files, facts, plan);
            _journal.Find(walk);
            Dictionary<uint, CatalogLedger> byId = _ledgers.ToDictionary(ledger => ledger.Id);
            foreach (uint stranger in _journal.Ledgers.Where(id => !byId.ContainsKey(id)))
            {
                AddShared(paths.JournalDirectory, $"the journal has entries of ledger {stranger}, which is unknown");
            }

            _journal.Hash(walk, id => byId.TryGetValue(id, out CatalogLedger? ledger)
                ? Watch(ledger, ledger.Id == audit)
                : new HashSet<long>());
            _bytes += walk.Bytes;
            _entries += _journal.Entries;
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            AddShared(paths.JournalDirectory, damage.Message);
        }
    }

    /// <summary>Sees to it that a ledger's entries in the journal are looked at.</summary>
    /// <returns>The bundles whose leaves are needed.</returns>
    private HashSet<long> Watch(CatalogLedger ledger, bool isAudit)
    {
        LedgerFacts facts = LedgerFacts.Read(files, paths, _storeId, ledger, _book, _rotations, _journal);
        ProducerCheck producers = new(facts, new BatchFingerprint(_storeId), paths.StateLog(ledger.Id));
        _producers[ledger.Id] = producers;
        EntriesVisitor watcher = producers.AddJournal;
        watcher += _newest.Add;
        watcher += _statements.WatcherOf(ledger);
        _watchers.Add(ledger.Id, isAudit ? watcher + new EntriesVisitor(WatchAudit) : watcher);
        return facts.WantedBundles;
    }

    /// <summary>Looks for signed checkpoints wherever one may be: in journal files that nobody needs any more, in what
    /// was put aside, in state.log and key log behind their ends.</summary>
    private NoteScan FindNotes()
    {
        NoteScan notes = new(
            files, _ledgers.Select(static ledger => ledger.Origin).ToHashSet(StringComparer.Ordinal), NoteBytesMax);
        notes.ReadFile(paths.Keys);
        foreach (CatalogLedger ledger in _ledgers)
        {
            notes.ReadFile(paths.StateLog(ledger.Id));
        }

        notes.ReadDirectory(paths.JournalDirectory);
        notes.ReadDirectory(paths.QuarantineDirectory);
        _bytes += notes.ReadBytes;
        return notes;
    }

    /// <summary>Finds what should be there and is not, and what should not be there and is.</summary>
    private void FindStrangers()
    {
        HashSet<string> origins = [.. _ledgers.Select(ledger => ledger.Origin)];
        foreach (string origin in _book.Origins.Where(origin => !origins.Contains(origin)))
        {
            AddMissing(
                paths.Catalog,
                $"the catalog has no ledger of the origin '{origin}', for which a key or a checkpoint was given");
        }

        HashSet<uint> ids = [.. _ledgers.Select(ledger => ledger.Id)];
        foreach (string name in ListLedgers())
        {
            if (!StorePaths.TryParseLedger(name, out uint id) || !ids.Contains(id))
            {
                _findings.Add(new VerifyFinding(
                    VerifyFindingKind.LedgerUnknown,
                    null,
                    -1,
                    0,
                    $"{paths.LedgersDirectory}/{name}",
                    -1,
                    "the catalog knows no ledger of this directory"));
                _findingCount++;
            }
        }
    }

    private IReadOnlyList<string> ListLedgers()
    {
        try
        {
            return files.Exists(paths.LedgersDirectory) ? files.List(paths.LedgersDirectory) : [];
        }
        catch (StorageException damage)
        {
            AddShared(paths.LedgersDirectory, damage.Message);
            return [];
        }
    }

    /// <summary>Reads what is known of the next ledger; on any of the threads.</summary>
    private LedgerCheck Open(CatalogLedger ledger)
    {
        LedgerFacts facts = LedgerFacts.Read(files, paths, _storeId, ledger, _book, _rotations, _journal);
        bool isAudit = ledger.Name == LedgerName.Audit;
        if (!_producers.TryRemove(ledger.Id, out ProducerCheck? producers))
        {
            producers = new ProducerCheck(facts, new BatchFingerprint(_storeId), paths.StateLog(ledger.Id));
        }

        EntriesVisitor visitor = producers.Add;
        visitor += _newest.Add;
        visitor += _statements.WatcherOf(ledger);
        LedgerCheck check = new(facts, _journal.Find(ledger.Id), paths, _storeId)
        {
            Producers = producers,
            HasTrust = _book.HasTrust,
            Ahead = options.NoticeAhead,
            Audit = _audit,
            Tombstones = isAudit ? _tombstones : null,
            OnEntries = isAudit ? visitor + new EntriesVisitor(WatchAudit) : visitor,
            OpenCold = OpenCold(),
        };
        lock (_lock)
        {
            _entriesTotal += check.Segments.Sum(job => (long)job.Entries);
        }

        return check;
    }

    /// <summary>Takes what a job, or a whole ledger, came to; on any of the threads.</summary>
    private void Ended(LedgerCheck check, SegmentJob? job)
    {
        if (job is null)
        {
            List<VerifyFinding> found = [];
            LedgerReport report = check.Conclude(found);
            _statements.Note(check.Facts.Ledger, report.Entries, check.Segments);
            lock (_lock)
            {
                _audit = check.Evidence ?? _audit;
                if (check.Evidence is not null && !found.Exists(static one => one.Kind != DerivedOnly))
                {
                    // An _audit that is contradicted or has holes confirms nothing, and is a finding itself.
                    _said = _events.ToBook();
                    _auditKeys = check.Facts.Keys;
                }

                ClaimsCheck claims = NewClaims();
                claims.Compare(check.Facts.Ledger);
                claims.CompareHolds(check.Facts.Ledger, check.Facts.State.Holds);
                claims.CompareExpired(check.Facts.Ledger, check.Facts.State);
                Count(claims);
                found.AddRange(claims.Findings);
                _reports.Add(report with { Findings = report.Findings + claims.Findings.Count });
                _findingCount += found.Count;
                _findings.AddRange(found.Take(Math.Max(0, VerifyReport.FindingsMax - _findings.Count)));
            }

            return;
        }

        lock (_lock)
        {
            _entries += job.HashedEntries;
            _bytes += job.Bytes;
            _newest.Note(job.UnseenMicros);
            options.OnProgress?.Invoke(
                new VerifyProgress(_entries, _entriesTotal, _bytes, _reports.Count, _ledgers.Length));
        }
    }

    private void Count(ClaimsCheck claims)
    {
        _unsignedClaims += claims.Unsigned;
        _unmade.AddRange(claims.Unmade);
    }

    /// <summary>A crash may have left the change that was said last undone: the next start makes it.</summary>
    private ClaimsCheck NewClaims() => new(_said, paths, _audit.SoundSize, isSettled: false);

    private void WatchAudit(long first, ReadOnlySpan<byte> bundle, int count)
    {
        _tombstones.Add(first, bundle, count);
        _events.Add(first, bundle, count);
    }

    private Func<TierRecord, IFile>? OpenCold() => options switch
    {
        { ColdStore: { } store } => tier => new ColdFile(store, tier.Location, tier.ColdBytes),
        { ColdDirectory: { } directory } => tier =>
            files.Open($"{directory}/{tier.Location}", FileAccessMode.ReadOnly),
        _ => null,
    };

    private void AddMissing(string file, string evidence)
    {
        _findings.Add(new VerifyFinding(VerifyFindingKind.LedgerMissing, null, -1, 0, file, -1, evidence));
        _findingCount++;
    }

    private void AddShared(string? file, string evidence)
    {
        _findings.Add(new VerifyFinding(VerifyFindingKind.SharedFileDamaged, null, -1, 0, file, -1, evidence));
        _findingCount++;
    }

    private static bool IsDamage(Exception exception) =>
        exception is StoreException or StorageException or MalformedDataException;
}
