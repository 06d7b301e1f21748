// All ledgers of a store: created, frozen, given options. In memory, and in the committed log `catalog`.
// Changed by one caller at a time (a lock makes sure of it; these are rare calls that wait for the disk). Read by any
// thread without a lock: what it finds is immutable.

using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>Finds ledgers by name and by id, and makes changes durable before they are visible.</summary>
internal sealed class Catalog
{
    public const uint AuditId = 0;
    private const uint FirstId = 1;
    private const long CompactionBytesMin = 64 * 1024;

    private readonly CommittedLog _log;
    private readonly Lock _changes = new();
    private readonly ConcurrentDictionary<string, CatalogLedger> _byName = new(StringComparer.Ordinal);

    // Grown by replacing it. An element is written before the count that covers it.
    private CatalogLedger?[] _byId = new CatalogLedger?[16];
    private uint _nextId = FirstId;
    private long _liveBytes = CommittedLogFormat.RecordsOffset;
    private CatalogLedger[]? _sorted;

    private Catalog(IFileSystem files, StorePaths paths, UInt128 storeId, FileAccessMode? mode)
    {
        var identity = new CommittedLogIdentity(CommittedLogKind.Catalog, storeId, 0);
        _log = mode is { } access
            ? CommittedLog.Open(files, paths.Catalog, identity, access, Load)
            : CommittedLog.CreateNew(files, paths.Catalog, identity);
        if (mode != FileAccessMode.ReadOnly)
        {
            // A new file is created. In an old one, records that were found behind the commit are committed before
            // anybody acts on them: until then they may be in the page cache only.
            _log.CommitNow();
        }
    }

    public int Count => _byName.Count;

    /// <summary>Creates the file of a new store: no ledgers.</summary>
    public static Catalog Create(IFileSystem files, StorePaths paths, UInt128 storeId) =>
        new(files, paths, storeId, mode: null);

    /// <exception cref="StoreException">Corruption: what is wrong, the file and the offset.</exception>
    public static Catalog Open(IFileSystem files, StorePaths paths, UInt128 storeId, FileAccessMode mode) =>
        new(files, paths, storeId, mode);

    public CatalogLedger? Find(string name) => _byName.GetValueOrDefault(name);

    public CatalogLedger? Find(uint id)
    {
        CatalogLedger?[] byId = Volatile.Read(ref _byId);
        return id < (uint)byId.Length ? Volatile.Read(ref byId[id]) : null;
    }

    /// <summary>Every ledger, in the order of names. The array is shared: do not change it.</summary>
    public CatalogLedger[] SortedByName()
    {
        if (Volatile.Read(ref _sorted) is { } sorted)
        {
            return sorted;
        }

        lock (_changes)
        {
            sorted = [.. _byName.Values];
            Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            Volatile.Write(ref _sorted, sorted);
            return sorted;
        }
    }

    /// <summary>Creates a ledger. Names that begin with '_' are the store's own: the caller checks who asks.</summary>
    /// <exception cref="StoreException">InvalidArgument, LedgerExists, LimitReached; DiskFull: nothing was created.
    /// </exception>
    public CatalogLedger CreateLedger(string name, string origin, bool isSalted, long nowMicros)
    {
        if (!LedgerName.IsReserved(name))
        {
            LedgerName.Check(name);
        }

        Invariant.That(LedgerName.IsValid(name), "the store chooses valid names for itself");
        Invariant.That(origin.Length is > 0 and <= StoreLimits.OriginBytesMax, "an origin fits into its limit");
        lock (_changes)
        {
            CheckNew(name);
            uint id = name == LedgerName.Audit ? AuditId : _nextId;
            var created = new CreatedRecord(id, nowMicros, isSalted, name, origin);
            Commit(CatalogRecordType.Created, created.Encode());
            return Add(created);
        }
    }

    /// <summary>Freezes a ledger, for good. Freezing it again changes nothing.</summary>
    public CatalogLedger Freeze(uint id, string reason, long nowMicros)
    {
        int reasonBytes = System.Text.Encoding.UTF8.GetByteCount(reason);
        if (reasonBytes > FrozenRecord.ReasonBytesMax)
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"a reason of {reasonBytes:N0} bytes exceeds the limit of {FrozenRecord.ReasonBytesMax:N0}; "
                + "shorten it");
        }

        lock (_changes)
        {
            CatalogLedger ledger = Existing(id);
            if (ledger.IsFrozen)
            {
                return ledger;
            }

            var frozen = new FrozenRecord(id, nowMicros, reason);
            byte[] body = frozen.Encode();
            Commit(CatalogRecordType.Frozen, body);
            return Replace(ledger, ledger with { Frozen = frozen });
        }
    }

    /// <summary>Sets the retention policy; what it means is the business of whoever reads it.</summary>
    public CatalogLedger SetRetention(uint id, byte[] policy)
    {
        if (policy.Length > RetentionRecord.PolicyBytesMax)
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"a retention policy of {policy.Length:N0} bytes exceeds the limit of "
                + $"{RetentionRecord.PolicyBytesMax:N0}");
        }

        lock (_changes)
        {
            CatalogLedger ledger = Existing(id);
            var retention = new RetentionRecord(id, policy);
            Commit(CatalogRecordType.Retention, retention.Encode());
            return Replace(ledger, ledger with { Retention = retention });
        }
    }

    private static void AppendAll(CommittedLog log, CatalogLedger ledger)
    {
        log.Append((ushort)CatalogRecordType.Created, ledger.Created.Encode());
        if (ledger.Frozen is { } frozen)
        {
            log.Append((ushort)CatalogRecordType.Frozen, frozen.Encode());
        }

        if (ledger.Retention is { } retention)
        {
            log.Append((ushort)CatalogRecordType.Retention, retention.Encode());
        }
    }

    private static int LiveBytesOf(CatalogLedger ledger) =>
        CommittedLogFormat.RecordBytes(ledger.Created.Encode().Length)
        + (ledger.Frozen is { } frozen ? CommittedLogFormat.RecordBytes(frozen.Encode().Length) : 0)
        + (ledger.Retention is { } retention ? CommittedLogFormat.RecordBytes(retention.Encode().Length) : 0);

    private void CheckNew(string name)
    {
        if (_byName.ContainsKey(name))
        {
            throw new StoreException(StoreReason.LedgerExists, $"the ledger '{name}' exists already");
        }

        if (_byName.Count >= StoreLimits.LedgersMax)
        {
            throw new StoreException(
                StoreReason.LimitReached,
                $"the store has {_byName.Count:N0} ledgers and the limit is {StoreLimits.LedgersMax:N0}; "
                + "use a second store");
        }
    }

    private CatalogLedger Existing(uint id) => Find(id)
        ?? throw new StoreException(StoreReason.LedgerNotFound, $"there is no ledger with the id {id}");

    // A crash before the commit is through may or may not keep the change: nobody was told. Memory changes after it.
    private void Commit(CatalogRecordType type, byte[] body)
    {
        if (_log.CommittedBytes > CompactionBytesMin && _log.CommittedBytes > 2 * _liveBytes && TryCompact(type, body))
        {
            return;
        }

        _log.Append((ushort)type, body);
        try
        {
            _log.CommitNow();
        }
        catch (StorageException full) when (full.IsNoSpace && !_log.IsHalfCommitted)
        {
            _log.DiscardPending();
            throw new StoreException(
                StoreReason.DiskFull, "there is no space for a change of the catalog; free some and try again", full);
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            // The records are durable and cannot be taken back, and the change cannot be finished either.
            _log.Fail(full);
            throw new StorageFailedException(full);
        }
    }

    private bool TryCompact(CatalogRecordType type, byte[] body)
    {
        _log.BeginRewrite();
        foreach (CatalogLedger? ledger in _byId)
        {
            if (ledger is not null)
            {
                AppendAll(_log, ledger);
            }
        }

        _log.Append((ushort)type, body);
        try
        {
            _log.CommitNow();
            return true;
        }
        catch (StorageException full) when (full.IsNoSpace && !_log.IsHalfCommitted)
        {
            // One record more may still fit where a second copy of all does not.
            _log.DiscardPending();
            return false;
        }
    }

    private void Load(ushort type, ReadOnlySpan<byte> body)
    {
        switch ((CatalogRecordType)type)
        {
            case CatalogRecordType.Created:
                CreatedRecord created = CreatedRecord.Decode(body);
                bool isNew = Find(created.LedgerId) is null && !_byName.ContainsKey(created.Name);
                FormatCheck.That(isNew, "a ledger was created twice", 0);
                FormatCheck.That(created.LedgerId < int.MaxValue / 2, "a ledger's id is out of range", 0);
                FormatCheck.That(
                    (created.LedgerId == AuditId) == (created.Name == LedgerName.Audit), "id 0 is the id of _audit", 0);
                Add(created);
                break;
            case CatalogRecordType.Frozen:
                FrozenRecord frozen = FrozenRecord.Decode(body);
                CatalogLedger ledger = Loaded(frozen.LedgerId);
                Replace(ledger, ledger with { Frozen = frozen });
                break;
            case CatalogRecordType.Retention:
                RetentionRecord retention = RetentionRecord.Decode(body);
                ledger = Loaded(retention.LedgerId);
                Replace(ledger, ledger with { Retention = retention });
                break;
            default:
                FormatCheck.That(false, "the type of a record is unknown; use a newer program", 0);
                break;
        }
    }

    private CatalogLedger Loaded(uint id)
    {
        CatalogLedger? ledger = Find(id);
        FormatCheck.That(ledger is not null, "a record is about a ledger that was never created", 0);
        return ledger;
    }

    private CatalogLedger Add(CreatedRecord created)
    {
        var ledger = new CatalogLedger(created, null, null);
        if (created.LedgerId >= _byId.Length)
        {
            var larger = new CatalogLedger?[Math.Max(2 * _byId.Length, (int)created.LedgerId + 1)];
            _byId.CopyTo(larger, 0);
            Volatile.Write(ref _byId, larger);
        }

        // Release: whoever finds the ledger finds all of it.
        Volatile.Write(ref _byId[created.LedgerId], ledger);
        _byName[created.Name] = ledger;
        _nextId = Math.Max(_nextId, created.LedgerId + 1);
        _liveBytes += LiveBytesOf(ledger);
        Volatile.Write(ref _sorted, null);
        return ledger;
    }

    private CatalogLedger Replace(CatalogLedger before, CatalogLedger after)
    {
        _liveBytes += LiveBytesOf(after) - LiveBytesOf(before);
        Volatile.Write(ref _byId[after.Id], after);
        _byName[after.Name] = after;
        Volatile.Write(ref _sorted, null);
        return after;
    }
}
