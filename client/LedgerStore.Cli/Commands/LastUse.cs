// When each right was last used, as the store's own ledger _audit says. Appends are not in it: who appended is in each
// entry. Filled by one thread, then only read.
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Last uses by identity, capability and ledger.</summary>
internal sealed class LastUse
{
    public static readonly LastUse Unknown = new();

    private readonly Dictionary<(string Identity, Capability Capability, string Ledger), DateTimeOffset> _times = [];
    private readonly List<string> _ledgers = [];

    public IReadOnlyList<string> Ledgers => _ledgers;

    /// <summary>The last review that was signed off; null: none was.</summary>
    public (DateTimeOffset Time, AccessReview Review)? LastReview { get; private set; }

    /// <summary>The policies that were taken since, and what they changed.</summary>
    public List<(DateTimeOffset Time, PolicyChange Change)> Changes { get; } = [];

    /// <summary>Reads the catalog and _audit of the server.</summary>
    public static async Task<LastUse> ReadAsync(Run run)
    {
        LastUse use = new();
        using LedgerClient client = run.Connect(Capability.Read);
        await foreach (LedgerInfo info in client.Catalog.ListAsync(string.Empty, run.Cancellation)
            .ConfigureAwait(false))
        {
            use._ledgers.Add(info.Ledger);
        }

        ReadOptions all = new() { GiveUpAfter = run.Patience };
        await foreach (LedgerEvent next in client.CreateReader("_audit").ReadAsync(all, run.Cancellation)
            .ConfigureAwait(false))
        {
            if (next is LedgerEntry entry)
            {
                use.Note(Event.Parser.ParseFrom(entry.Payload), entry.Received);
            }
        }

        return use;
    }

    public DateTimeOffset? Find(string? identity, Capability capability, string ledger) =>
        _times.TryGetValue((identity ?? string.Empty, capability, ledger), out DateTimeOffset time) ? time : null;

    private void Note(Event happened, DateTimeOffset time)
    {
        if (happened.Access is { } access)
        {
            Note(access, time);
        }
        else if (happened.Review is { } review)
        {
            LastReview = (time, review);
            Changes.Clear();
        }
        else if (happened.Policy is { Accepted: true } change)
        {
            Changes.Add((time, change));
        }
    }

    private void Note(Access access, DateTimeOffset time)
    {
        if (CapabilityOf(access.Call) is { } capability)
        {
            _times[(access.Identity, capability, access.Ledger)] = time;
        }
    }

    private static Capability? CapabilityOf(string call) => call.Split('/')[0].Split('.')[^1] switch
    {
        "Reader" => Capability.Read,
        "Verifier" => Capability.Verify,
        "Admin" => Capability.Administer,
        _ => null,
    };
}
