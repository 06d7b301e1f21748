// What the catalog says about a ledger, and how much of it for whom. Stateless; any thread.
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Server.Services;

/// <summary>Describes ledgers.</summary>
internal static class LedgerInfos
{
    /// <summary>The description of a ledger for somebody with these capabilities on it.</summary>
    public static LedgerInfo Of(Ledger ledger, CapabilitySet granted) => new()
    {
        Ledger = ledger.Name,
        Size = (ulong)ledger.Size,
        State = State.Serving,
    };
}
