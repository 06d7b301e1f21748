// The options that every command has. One set for each run: the parser links them into its tree.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>Which server, who asks, and how the answer looks.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Config { get; } = Text("--config", "FILE", "The configuration (LEDGER_CONFIG)");

    public Option<string?> Profile { get; } = Text("--profile", "NAME", "A profile of it (LEDGER_PROFILE)");

    public Option<string?> Server { get; } = Text("--server", "URL", "The server (LEDGER_SERVER)");

    public Option<string?> Ca { get; } = Text("--ca", "FILE", "Who vouches for the server, PEM (LEDGER_CA)");

    public Option<string?> Certificate { get; } =
        Text("--cert", "FILE", "The client's certificate, PEM (LEDGER_CERT)");

    public Option<string?> Key { get; } = Text("--key", "FILE", "Its private key, PEM (LEDGER_KEY)");

    public Option<string?> As { get; } = Text("--as", "NAME", "Use this client of the profile, such as auditor");

    public Option<bool> Json { get; } = new("--json") { Description = "Answer in JSON", Recursive = true };

    public Option<int> Patience { get; } = new("--patience")
    {
        HelpName = "SECONDS",
        Description = "How long to wait for a server that went away in the middle",
        DefaultValueFactory = static _ => 15,
        Recursive = true,
    };

    public IEnumerable<Option> All => [Config, Profile, Server, Ca, Certificate, Key, As, Json, Patience];

    private static Option<string?> Text(string name, string value, string description) => new(name)
    {
        HelpName = value,
        Description = description,
        Recursive = true,
    };
}
