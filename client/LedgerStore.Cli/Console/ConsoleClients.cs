// The connections of a console to its server: for each capability the certificate that the profile has for it, as every
// command uses it. Opened before the page is served, so that a wrong file is told at once. Any thread.
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.WebConsole.Calls;

namespace LedgerStore.Cli;

/// <summary>Connections by need.</summary>
internal sealed class ConsoleClients : IDisposable
{
    private static readonly (ConsoleNeed Need, Capability Capability)[] s_needs =
    [
        (ConsoleNeed.Read, Capability.Read),
        (ConsoleNeed.Verify, Capability.Verify),
        (ConsoleNeed.Administer, Capability.Administer),
    ];

    private readonly Dictionary<ConsoleNeed, LedgerClient> _clients = [];
    private readonly Dictionary<string, LedgerClient> _byCertificate = new(StringComparer.Ordinal);

    private ConsoleClients(Run run)
    {
        List<string> identities = [];
        foreach ((ConsoleNeed need, Capability capability) in s_needs)
        {
            if (run.Settings.ClientFor(capability) is not { } files)
            {
                continue;
            }

            if (!_byCertificate.TryGetValue(files.Certificate, out LedgerClient? client))
            {
                client = run.Connect(capability);
                _byCertificate.Add(files.Certificate, client);
                identities.Add(Path.GetFileNameWithoutExtension(files.Certificate));
            }

            _clients.Add(need, client);
        }

        Identity = string.Join(", ", identities);
    }

    public string Address => _clients.Values.First().Address.GetLeftPart(UriPartial.Authority);

    /// <summary>The names of the certificates.</summary>
    public string Identity { get; }

    /// <exception cref="UsageException">There is no server, or no certificate at all.</exception>
    public static ConsoleClients Open(Run run)
    {
        ConsoleClients clients = new(run);
        if (clients._clients.Count == 0)
        {
            // Says what is missing.
            using LedgerClient none = run.Connect(Capability.Read);
        }

        return clients;
    }

    /// <summary>The connection for a call; null: the profile has no certificate for it.</summary>
    public LedgerClient? Find(ConsoleNeed need) => _clients.GetValueOrDefault(need);

    public void Dispose()
    {
        foreach (LedgerClient client in _byCertificate.Values)
        {
            client.Dispose();
        }
    }
}
