// What the catalog says about a ledger, and how much of it for whom: holds, retention and tiers are the
// administrator's. Stateless; any thread.
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Wording;

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
            Damage = DamageOf(facts),
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

    /// <summary>The same with the text of its fields: for who asks for one ledger. A list of many would be too long for
    /// a message.</summary>
    public static LedgerInfo WithFields(Ledger ledger, CapabilitySet granted)
    {
        LedgerInfo info = Of(ledger, granted);
        info.Fields = ledger.FieldsText ?? string.Empty;
        return info;
    }

    // The names of files are the operator's.
    private static string DamageOf(LedgerDescription facts) =>
        facts.Damage is null ? string.Empty
        : facts.FoundSize < facts.Size
            ? $"the ledger's files are damaged: entries {facts.FoundSize:N0} to {facts.Size - 1:N0} cannot be read"
        : "the ledger's files are damaged: nothing is appended, and reads name what they cannot give";

    private static State StateOf(LedgerDescription facts) =>
        facts.IsFrozen ? State.Frozen
        : facts.Damage is not null ? State.ReadOnly
        : State.Serving;
}
