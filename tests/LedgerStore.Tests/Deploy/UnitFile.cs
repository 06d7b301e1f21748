// server/deploy/ledgerstore.service, read as systemd does as far as the tests need it: the last value of a key.
// Immutable; any thread.

using LedgerStore.Tests.Gates;

namespace LedgerStore.Tests.Deploy;

internal sealed class UnitFile
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    internal UnitFile()
    {
        Text = File.ReadAllText(Path.Combine(SourceTree.Root, "server", "deploy", "ledgerstore.service"));
        foreach (string line in Text.Split('\n').Where(line => !line.StartsWith('#') && line.Contains('=')))
        {
            string[] parts = line.Split('=', 2);
            _values[parts[0]] = parts[1];
        }
    }

    internal string Text { get; }

    /// <summary>The words of the command that systemd starts.</summary>
    internal string[] ExecStart => this["ExecStart"].Split(' ');

    /// <summary>What the server may write: below /var/lib.</summary>
    internal string[] StateDirectories => [.. this["StateDirectory"].Split(' ').Select(name => $"/var/lib/{name}")];

    /// <summary>Where its configuration is, which it cannot write.</summary>
    internal string ConfigurationDirectory => $"/etc/{this["ConfigurationDirectory"]}";

    internal string this[string key] => _values[key];
}
