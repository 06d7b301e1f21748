// All ledgers of a store: created, frozen, given options. In memory, and in the committed log `catalog`.
// Changed by one caller at a time (a lock makes sure of it; these are rare calls that wait for the disk). Read by any
// thread without a lock: what it finds is immutable.

using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>Finds ledgers by name and by id, and makes changes durable before they are visible.</summary>
internal sealed partial class Catalog
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

    /// <summary>Every change that <c>_audit</c> says before this size is in the files.</summary>
    public long SettledSize { get; private set; }

    /// <summary>Where <c>_audit</c> says who the store is; <see cref="AuditEvent.Unsaid"/> in a store that is new or
    /// was made before that was recorded.</summary>
    public long FactsSaid { get; private set; } = AuditEvent.Unsaid;

    /// <summary>Creates the file of a new store: no ledgers.</summary>
    public static Catalog Create(IFileSystem files, StorePaths paths, UInt128 storeId) =>
        new(files, paths, storeId, mode: null);

    /// <exception cref="StoreException">Corruption: what is wrong, the file and the offset.</exception>
    public static Catalog Open(IFileSystem files, StorePaths paths, UInt128 storeId, FileAccessMode mode) =>
        files.Exists(paths.Catalog)
            ? new Catalog(files, paths, storeId, mode)
            : throw new StoreException(
                StoreReason.Corruption,
                $"'{paths.Catalog}' is missing, which says what ledgers the store has. Nothing was changed; put it "
                + "back, or restore a backup");

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

    /// <summary>What a new ledger would be. Names that begin with '_' are the store's own: the caller checks who asks.
    /// Nothing is changed.</summary>
    /// <exception cref="StoreException">InvalidArgument, LedgerExists, LimitReached.</exception>
    public CreatedRecord Draft(string name, string origin, bool isSalted, long nowMicros)
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
            return new CreatedRecord(id, nowMicros, isSalted, name, origin);
        }
    }

    /// <summary>Creates a ledger.</summary>
    /// <param name="said">Where <c>_audit</c> says so.</param>
    /// <exception cref="StoreException">LedgerExists; DiskFull: nothing was created.</exception>
    public CatalogLedger Create(CreatedRecord created, long said)
    {
        lock (_changes)
        {
            CheckNew(created.Name);
            Invariant.That(Find(created.LedgerId) is null, "the id of a new ledger is new");
            CatalogLedger ledger = new(created, null, null) { CreatedSaid = said };
            Commit([.. ledger.Records()]);
            Settle(said);
            return Add(ledger);
        }
    }

    /// <summary>Freezes a ledger, for good. Freezing it again changes nothing.</summary>
    public CatalogLedger Freeze(uint id, string reason, long nowMicros, long said)
    {
        FrozenRecord frozen = new(id, nowMicros, reason);
        frozen.Check();
        lock (_changes)
        {
            CatalogLedger ledger = Existing(id);
            return ledger.IsFrozen
                ? ledger
                : Change(ledger with { Frozen = frozen }, (CatalogRecordType.Frozen, frozen.Encode()), said);
        }
    }

    /// <summary>Sets the retention policy; what it means is the business of whoever reads it.</summary>
    /// <param name="said">Where <c>_audit</c> says so.</param>
    public CatalogLedger SetRetention(uint id, byte[] policy, long said)
    {
        RetentionRecord retention = new(id, policy);
        retention.Check();
        lock (_changes)
        {
            return Change(
                Existing(id) with { Retention = retention, RetentionSaid = AuditEvent.Unsaid },
                (CatalogRecordType.Retention, retention.Encode()),
                said);
        }
    }

    /// <summary>Every change that <c>_audit</c> says before this size is in the files.</summary>
    public void NoteSettled(long auditSize)
    {
        lock (_changes)
        {
            Commit((CatalogRecordType.Settled, NumberOf(auditSize)));
            Settle(auditSize - 1);
        }
    }

    /// <summary>Who the store is, is said at this entry of <c>_audit</c>, and what it was before too.</summary>
    public void NoteFacts(long auditIndex)
    {
        lock (_changes)
        {
            Commit((CatalogRecordType.Facts, NumberOf(auditIndex)));
            FactsSaid = auditIndex;
            Settle(auditIndex);
        }
    }

    private static byte[] NumberOf(long number)
    {
        byte[] body = new byte[sizeof(long)];
        new RecordBodyWriter(body).WriteI64(number);
        return body;
    }

    private CatalogLedger Change(
        CatalogLedger changed, (CatalogRecordType Type, byte[] Body) record, long said)
    {
        SaidRecord at = new(changed.Id, record.Type, said);
        if (said == AuditEvent.Unsaid)
        {
            Commit(record);
        }
        else
        {
            Commit(record, (CatalogRecordType.Said, at.Encode()));
            Settle(said);
        }

        return Replace(changed.With(at));
    }

    private void Settle(long said) => SettledSize = Math.Max(SettledSize, said + 1);

    private static int LiveBytesOf(CatalogLedger ledger) =>
        ledger.Records().Sum(static one => CommittedLogFormat.RecordBytes(one.Body.Length));

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
    private void Commit(params ReadOnlySpan<(CatalogRecordType Type, byte[] Body)> records)
    {
        if (_log.CommittedBytes > CompactionBytesMin && _log.CommittedBytes > 2 * _liveBytes && TryCompact(records))
        {
            return;
        }

        AppendAll(records);
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

    private bool TryCompact(params ReadOnlySpan<(CatalogRecordType Type, byte[] Body)> records)
    {
        _log.BeginRewrite();
        foreach (CatalogLedger? ledger in _byId)
        {
            if (ledger is not null)
            {
                AppendAll([.. ledger.Records()]);
            }
        }

        if (SettledSize > 0)
        {
            AppendAll((CatalogRecordType.Settled, NumberOf(SettledSize)));
        }

        if (FactsSaid != AuditEvent.Unsaid)
        {
            AppendAll((CatalogRecordType.Facts, NumberOf(FactsSaid)));
        }

        AppendAll(records);
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

    private void AppendAll(params ReadOnlySpan<(CatalogRecordType Type, byte[] Body)> records)
    {
        foreach ((CatalogRecordType type, byte[] body) in records)
        {
            _log.Append((ushort)type, body);
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
                Add(new CatalogLedger(created, null, null));
                break;
            case CatalogRecordType.Frozen:
                FrozenRecord frozen = FrozenRecord.Decode(body);
                Replace(Loaded(frozen.LedgerId) with { Frozen = frozen, FrozenSaid = AuditEvent.Unsaid });
                break;
            case CatalogRecordType.Retention:
                RetentionRecord retention = RetentionRecord.Decode(body);
                Replace(Loaded(retention.LedgerId) with
                {
                    Retention = retention,
                    RetentionSaid = AuditEvent.Unsaid,
                });
                break;
            case CatalogRecordType.Said:
                SaidRecord said = SaidRecord.Decode(body);
                Replace(Loaded(said.LedgerId).With(said));
                Settle(said.AuditIndex);
                break;
            case CatalogRecordType.Settled:
                Settle(LoadedNumber(body) - 1);
                break;
            case CatalogRecordType.Facts:
                FactsSaid = LoadedNumber(body);
                Settle(FactsSaid);
                break;
            default:
                FormatCheck.That(false, "the type of a record is unknown; use a newer program", 0);
                break;
        }
    }

    private static long LoadedNumber(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        long number = reader.ReadI64();
        reader.End();
        return number;
    }

    private CatalogLedger Loaded(uint id)
    {
        CatalogLedger? ledger = Find(id);
        FormatCheck.That(ledger is not null, "a record is about a ledger that was never created", 0);
        return ledger;
    }

    private CatalogLedger Add(CatalogLedger ledger)
    {
        CreatedRecord created = ledger.Created;
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

    private CatalogLedger Replace(CatalogLedger after)
    {
        _liveBytes += LiveBytesOf(after) - LiveBytesOf(Find(after.Id)!);
        Volatile.Write(ref _byId[after.Id], after);
        _byName[after.Name] = after;
        Volatile.Write(ref _sorted, null);
        return after;
    }
}
