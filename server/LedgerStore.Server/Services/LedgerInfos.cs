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
        };
        info.Vkeys.AddRange(ledger.Keys.Select(key => key.VerifierKey));
        if (granted.Has(Capability.Administer))
        {
            info.Tiers.Add(new TierUsage
            {
                Tier = "hot",
                Segments = (ulong)facts.Segments,
                Entries = (ulong)facts.Size,
                StoredBytes = (ulong)facts.SegmentBytes,
            });
        }

        return info;
    }

    private static State StateOf(LedgerDescription facts) =>
        facts.IsFrozen ? State.Frozen
        : facts.Damage is not null ? State.ReadOnly
        : State.Serving;
}
