// What an endpoint asks of its caller, and how its calls are recorded. It hangs on the endpoint as metadata: decisions
// never look at paths. Immutable constants; any thread.
using LedgerStore.Policy;

namespace LedgerStore.Server.Rights;

/// <summary>On what the capability is needed.</summary>
internal enum CallScope
{
    /// <summary>On the ledger that the request names.</summary>
    Ledger,

    /// <summary>On "*": the call is about the store.</summary>
    Store,

    /// <summary>Any capability, on the ledger that the request or each line of the answer names.</summary>
    AnyOnLedger,

    /// <summary>A known identity is enough: health and reflection.</summary>
    Identity,

    /// <summary>Nobody may: stands behind paths that do not exist, so that trying them is recorded.</summary>
    Nobody,
}

/// <summary>How an allowed call is recorded.</summary>
internal enum CallRecord
{
    /// <summary>Not at all: an append is its own record, health says nothing about anybody.</summary>
    None,

    /// <summary>By itself, before the answer's first byte; a stream also at its end and once a minute.</summary>
    Each,

    /// <summary>The first of an identity in a second by itself, the others of that second as a sum.</summary>
    Summed,
}

/// <summary>The rule of one endpoint.</summary>
internal sealed record CallRule(CallScope Scope, Capability Capability, CallRecord Record)
{
    /// <summary>What a summed tile request is recorded as: its path would make a sum of one.</summary>
    public string TileCall { get; init; } = string.Empty;

    public static readonly CallRule TileHashes =
        new(CallScope.Ledger, Capability.Verify, CallRecord.Summed) { TileCall = "tile" };

    public static readonly CallRule TileEntries =
        new(CallScope.Ledger, Capability.Read, CallRecord.Each) { TileCall = "tile/entries" };

    public static readonly CallRule Append = new(CallScope.Ledger, Capability.Append, CallRecord.None);
    public static readonly CallRule Read = new(CallScope.Ledger, Capability.Read, CallRecord.Each);
    public static readonly CallRule Verify = new(CallScope.Ledger, Capability.Verify, CallRecord.Summed);
    public static readonly CallRule Watch = new(CallScope.Ledger, Capability.Verify, CallRecord.Each);
    public static readonly CallRule Administer = new(CallScope.Ledger, Capability.Administer, CallRecord.Each);
    public static readonly CallRule AdministerStore = new(CallScope.Store, Capability.Administer, CallRecord.Each);
    public static readonly CallRule Catalog = new(CallScope.AnyOnLedger, Capability.Verify, CallRecord.Summed);
    public static readonly CallRule Identified = new(CallScope.Identity, Capability.Verify, CallRecord.None);
    public static readonly CallRule Unknown = new(CallScope.Nobody, Capability.Verify, CallRecord.None);
}
