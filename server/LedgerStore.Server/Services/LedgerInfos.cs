// What the catalog says about a ledger, and how much of it for whom: holds, retention and tiers are the
// administrator's. Stateless; any thread.
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Server.Services;

/// <summary>Describes ledgers.</summary>
internal static class LedgerInfos
{
    /// <summary>The description of a ledger for somebody with these capabilities on it.</summary>
    public static LedgerInfo Of(Ledger ledger, CapabilitySet granted)
    {
        LedgerDescription facts = ledger.Describe();
        LedgerInfo info = new()
        {
            Ledger = facts.Name,
            Origin = facts.Origin,
            Created = Timestamp.FromDateTimeOffset(facts.Created),
            Size = (ulong)facts.Size,
            CheckpointedSize = (ulong)facts.CheckpointedSize,
            State = StateOf(facts),
            Salted = facts.IsSalted,
            FirstReadable = (ulong)facts.FirstReadable,
        };
        info.Vkeys.AddRange(ledger.Keys.Select(key => key.VerifierKey));
        if (granted.Has(Capability.Administer))
        {
            info.Retention = RetentionMessages.Of(ledger.Retention);
            info.Holds.AddRange(ledger.Holds.Select(hold => RetentionMessages.Of(ledger.Name, hold)));
            info.Tiers.AddRange(facts.Tiers.Select(RetentionMessages.Of));
        }

        return info;
    }

    private static State StateOf(LedgerDescription facts) =>
        facts.IsFrozen ? State.Frozen
        : facts.Damage is not null ? State.ReadOnly
        : State.Serving;
}
