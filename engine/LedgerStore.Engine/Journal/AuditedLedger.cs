// What `_audit` says of one ledger. Owned by the book that it is in.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Journal;

/// <summary>The newest of everything that is said of one ledger.</summary>
internal sealed class AuditedLedger(string name)
{
    private readonly SortedDictionary<string, HoldRecord> _holds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HoldRecord?> _released = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _holdSaid = new(StringComparer.Ordinal);
    private readonly HashSet<string> _saidInFull = new(StringComparer.Ordinal);
    private readonly List<AuditRetentionChange> _policies = [];
    private readonly List<(AuditTombstone Tombstone, HoldRecord? Held)> _tombstones = [];

    public string Name => name;

    /// <summary>Its creation, with id, origin and time, or that it was found; null when neither is said.</summary>
    public AuditLedgerChange? Created { get; private set; }

    /// <summary>Its creation as the first version recorded it: with its name and whether it is salted, and no more.
    /// </summary>
    public AuditLedgerChange? CreatedBefore { get; private set; }

    public AuditLedgerChange? Frozen { get; private set; }

    /// <summary>All policies that it ever had, oldest first.</summary>
    public IReadOnlyList<AuditRetentionChange> Policies => _policies;

    public AuditRetentionChange? Retention => _policies is [.., var last] ? last : null;

    /// <summary>Those in force, by id.</summary>
    public IReadOnlyCollection<HoldRecord> Holds => _holds.Values;

    /// <summary>Its tombstones in their order, each with a hold that was in force then on one of its entries; null:
    /// there was none.</summary>
    public IReadOnlyList<(AuditTombstone Tombstone, HoldRecord? Held)> Tombstones => _tombstones;

    /// <summary>The entry of <c>_audit</c> that said something of it last.</summary>
    public long LastSaid { get; private set; } = AuditEvent.Unsaid;

    /// <summary>Two events that cannot both be right; null: there are none.</summary>
    public string? Contradiction { get; private set; }

    /// <summary>The highest floor that was set before an entry of <c>_audit</c>, whatever the files say now.</summary>
    public TimeSpan FloorBefore(long auditIndex) => _policies
        .Where(policy => policy.AuditIndex < auditIndex)
        .Select(static policy => policy.Floor)
        .DefaultIfEmpty(TimeSpan.Zero)
        .Max();

    public bool IsReleased(string hold) => _released.ContainsKey(hold);

    /// <summary>A hold that was released, as it was in force; null when there is none.</summary>
    public HoldRecord? Released(string id) => _released.GetValueOrDefault(id);

    /// <summary>The entry of <c>_audit</c> that placed or released a hold last.</summary>
    public long HoldSaid(string id) => _holdSaid.GetValueOrDefault(id, AuditEvent.Unsaid);

    /// <summary>Whether a hold of a file is the one that is said: entries of the first version say its range only.
    /// </summary>
    public bool IsSame(HoldRecord said, HoldRecord inFile) =>
        _saidInFull.Contains(said.Id)
            ? said == inFile with { ReleasedMicros = 0 }
            : (said.Id, said.First, said.Count) == (inFile.Id, inFile.First, inFile.Count);

    public void Take(AuditRetentionChange change)
    {
        LastSaid = change.AuditIndex;
        _policies.Add(change);
    }

    public void Take(AuditTombstone tombstone)
    {
        LastSaid = tombstone.AuditIndex;
        _tombstones.Add((tombstone, _holds.Values.FirstOrDefault(
            hold => hold.First < tombstone.End && hold.End > tombstone.First)));
    }

    public void Take(AuditLedgerChange change)
    {
        LastSaid = change.AuditIndex;
        switch (change.Change)
        {
            case AuditLedgerChange.NotCreated:
                Created = null;
                break;
            case AuditLedgerChange.NotFrozen:
                Frozen = null;
                break;
            case AuditLedgerChange.Frozen:
                Frozen = change;
                break;
            default:
                if (change.IsCreation)
                {
                    TakeCreation(change);
                }

                break;
        }
    }

    public void Take(AuditHoldChange hold, long receivedMicros)
    {
        LastSaid = _holdSaid[hold.Id] = hold.AuditIndex;
        if (hold.IsReleased)
        {
            _released[hold.Id] = _holds.GetValueOrDefault(hold.Id);
            _holds.Remove(hold.Id);
        }
        else
        {
            // A release that is taken back leaves what was in force before.
            _released.Remove(hold.Id, out HoldRecord? before);
            if (before is null && hold.PlacedMicros > 0)
            {
                _saidInFull.Add(hold.Id);
            }

            _holds[hold.Id] = before ?? hold.ToRecord(receivedMicros);
        }
    }

    private void TakeCreation(AuditLedgerChange change)
    {
        if (change.Origin.Length == 0)
        {
            CreatedBefore = change;
            return;
        }

        bool wasSalted = CreatedBefore?.Change == AuditLedgerChange.CreatedSalted;
        if (Created is { } before && !IsSame(before, change))
        {
            Contradiction = $"entries {before.AuditIndex} and {change.AuditIndex} of _audit say that it was created, "
                + "and not the same";
        }
        else if (CreatedBefore is { } old && wasSalted != change.IsSalted)
        {
            Contradiction = $"entry {old.AuditIndex} of _audit says '{old.Change}', entry {change.AuditIndex} says "
                + $"that it is {(change.IsSalted ? "salted" : "not salted")}";
        }

        Created = change;
    }

    private static bool IsSame(AuditLedgerChange a, AuditLedgerChange b) =>
        a.LedgerId == b.LedgerId && a.Origin == b.Origin && a.IsSalted == b.IsSalted && a.Micros == b.Micros;
}
