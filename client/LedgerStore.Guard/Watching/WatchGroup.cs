// What a rule remembers of one combination of values: plain state, so that it can be kept in a file and read back.
// Owned by its ledger's watch, on one thread.

namespace LedgerStore.Guard;

/// <summary>An entry that counts, in a window.</summary>
/// <param name="Value">What it adds (count), or 1.</param>
/// <param name="Text">Its value (distinct).</param>
internal readonly record struct WatchItem(long Micros, ulong Index, double Value, string? Text);

/// <summary>An alert that fires now.</summary>
internal sealed record Episode(string Id, long Since, AlertCause Cause, string Says);

/// <summary>The state of a group.</summary>
internal sealed class WatchGroup
{
    /// <summary>The values that it is grouped by, in the rule's order; of a rule about new values that one
    /// too.</summary>
    public string[] Values { get; init; } = [];

    /// <summary>What it is found by.</summary>
    public string Key { get; init; } = "";

    /// <summary>When something of it was last seen.</summary>
    public long Last { get; set; }

    public ulong LastIndex { get; set; }

    /// <summary>The number that was seen last (gap).</summary>
    public long? Number { get; set; }

    public List<WatchItem> Items { get; set; } = [];

    public Episode? Episode { get; set; }

    /// <summary>When the alert is resolved, unless its cause comes again.</summary>
    public long QuietAt { get; set; }

    /// <summary>The deadline that waits for it; 0: none.</summary>
    public long Due { get; set; }
}
