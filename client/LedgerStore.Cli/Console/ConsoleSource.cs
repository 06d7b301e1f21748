// Where a console's data comes from, opened from what was typed: a server, a data directory or an evidence directory.
// Owned by the command, which disposes it after the console.
using System.Reflection;
using LedgerStore.Engine;
using LedgerStore.WebConsole.Calls;
using LedgerStore.WebConsole.Hosting;

namespace LedgerStore.Cli;

/// <summary>One of the three.</summary>
internal sealed class ConsoleSource(ConsoleFacts facts, IConsoleCalls? calls, ConsoleFiles? files, IDisposable? owned)
    : IDisposable
{
    public ConsoleFacts Facts => facts;

    public IConsoleCalls? Calls => calls;

    public ConsoleFiles? Files => files;

    public static ConsoleSource Open(Run run, string? data, string? evidence, IReadOnlyList<string> vkeys)
    {
        string[] keys = [.. KeysOf(run, vkeys).Distinct(StringComparer.Ordinal)];
        if (data is not null && evidence is not null)
        {
            throw new UsageException(
                "--data and --evidence exclude each other", "start a console for each, on two ports");
        }

        return data is not null ? OfData(data, keys)
            : evidence is not null ? OfEvidence(evidence, keys)
            : OfServer(run, keys);
    }

    public void Dispose() => owned?.Dispose();

    private static ConsoleSource OfServer(Run run, string[] keys)
    {
        ConsoleClients clients = ConsoleClients.Open(run);
        return new ConsoleSource(
            FactsOf("server", clients.Address, keys) with { Identity = clients.Identity },
            new Forwarder(clients.Find, run.Host.Time),
            files: null,
            clients);
    }

    // Whoever looks at what somebody left must leave it as it was.
    private static ConsoleSource OfData(string directory, string[] keys)
    {
        string path = Path.GetFullPath(directory);
        Store store = Store.Open(new StoreOptions
        {
            Directory = path,
            ReadOnly = true,
            Scrub = new ScrubOptions { IsContinuous = false },
            Tiering = new TieringOptions { IsAutomatic = false },
        });
        return new ConsoleSource(FactsOf("data", path, keys), new DataCalls(store), files: null, store);
    }

    private static ConsoleSource OfEvidence(string directory, string[] keys) => new(
        FactsOf("evidence", Path.GetFullPath(directory), keys),
        calls: null,
        EvidenceFiles.Open(directory),
        owned: null);

    private static ConsoleFacts FactsOf(string source, string address, string[] keys) => new()
    {
        Source = source,
        Address = address,
        Version = typeof(ConsoleSource).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown",
        Keys = keys,
    };

    // Each is parsed: what the page gets is a key, or the command does not start.
    private static IEnumerable<string> KeysOf(Run run, IReadOnlyList<string> vkeys) =>
        TrustFile.Load(run.Settings.TrustPath).Keys
            .Concat(TrustFile.Parse(string.Join('\n', vkeys), "--vkey"))
            .Select(static key => key.ToString());
}
