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
            if (next is LedgerEntry entry && Event.Parser.ParseFrom(entry.Payload).Access is { } access)
            {
                use.Note(access, entry.Received);
            }
        }

        return use;
    }

    public DateTimeOffset? Find(string? identity, Capability capability, string ledger) =>
        _times.TryGetValue((identity ?? string.Empty, capability, ledger), out DateTimeOffset time) ? time : null;

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
