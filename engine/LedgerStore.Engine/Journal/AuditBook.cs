// What `_audit` says, all of it so far: who the store is, its ledgers, their policies and holds, its keys. The same
// book is kept by whoever checks claims: a start, the scrubber, a verification.
// Owned by one reader of `_audit`; what it hands out belongs to it.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Journal;

/// <summary>Takes the events of <c>_audit</c> in their order.</summary>
internal sealed class AuditBook
{
    private readonly SortedDictionary<string, AuditedLedger> _ledgers = new(StringComparer.Ordinal);
    private readonly List<AuditStoreFacts> _facts = [];
    private readonly List<AuditKeyRotation> _rotations = [];
    private readonly List<AuditPolicyChange> _serverPolicies = [];

    /// <summary>What is said of each ledger, by name.</summary>
    public IReadOnlyDictionary<string, AuditedLedger> Ledgers => _ledgers;

    /// <summary>Who the store is and was; the last one counts. None: it was made before this was recorded.</summary>
    public IReadOnlyList<AuditStoreFacts> Facts => _facts;

    public IReadOnlyList<AuditKeyRotation> Rotations => _rotations;

    /// <summary>The policies that a server put in force, oldest first.</summary>
    public IReadOnlyList<AuditPolicyChange> ServerPolicies => _serverPolicies;

    /// <summary>How often the store signed although its anchor was missing.</summary>
    public int MissingAnchors { get; private set; }

    /// <summary>The event that changes a claim and was said last; null: none was.</summary>
    public AuditEvent? LastChange { get; private set; }

    /// <summary>What is said of a ledger; nothing of one that no event names.</summary>
    public AuditedLedger Of(string ledger) => _ledgers.GetValueOrDefault(ledger) ?? new AuditedLedger(ledger);

    /// <summary>Takes the next event.</summary>
    /// <param name="receivedMicros">When its entry was received.</param>
    public void Take(AuditEvent said, long receivedMicros)
    {
        switch (said)
        {
            case AuditLedgerChange change:
                Entry(change.Ledger).Take(change);
                break;
            case AuditRetentionChange retention:
                Entry(retention.Ledger).Take(retention);
                break;
            case AuditHoldChange hold:
                Entry(hold.Ledger).Take(hold, receivedMicros);
                break;
            case AuditTombstone tombstone:
                Entry(tombstone.Ledger).Take(tombstone with { Micros = receivedMicros });
                break;
            case AuditStoreFacts facts:
                _facts.Add(facts);
                break;
            case AuditKeyRotation rotation:
                _rotations.Add(rotation);
                break;
            case AuditPolicyChange { IsAccepted: true } policy:
                _serverPolicies.Add(policy);
                break;
            case AuditLifecycle { Change: AuditLifecycle.AnchorMissing }:
                MissingAnchors++;
                break;
            default:
                return;
        }

        if (said is AuditLedgerChange or AuditRetentionChange or AuditHoldChange)
        {
            LastChange = said;
        }
    }

    private AuditedLedger Entry(string ledger)
    {
        if (!_ledgers.TryGetValue(ledger, out AuditedLedger? entry))
        {
            _ledgers.Add(ledger, entry = new AuditedLedger(ledger));
        }

        return entry;
    }
}
