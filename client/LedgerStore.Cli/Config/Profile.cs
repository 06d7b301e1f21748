// A server and the certificates to use there, as the configuration names them. Immutable.
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>One profile of the configuration. Paths are absolute.</summary>
internal sealed record Profile(string Name)
{
    /// <summary>What a profile may say, in the order in which it is written.</summary>
    public static readonly IReadOnlyList<string> Fields =
    [
        "server", "server_name", "public_name", "ca", "certificate", "key", "clients",
        "append", "read", "verify", "administer",
    ];

    private static readonly HashSet<string> s_paths = ["ca", "certificate", "key", "clients"];

    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    public static bool IsPath(string field) => s_paths.Contains(field);

    public string? Get(string field) => Values.GetValueOrDefault(field);

    /// <summary>The client of the directory <c>clients</c> that is used for a capability.</summary>
    public string? ClientFor(Capability capability) => Get(CapabilityNames.Of(capability));
}
