// Where a console's data comes from, opened from what was typed: a server, a data directory or an evidence directory.
// Owned by the command, which disposes it after the console.
using System.Reflection;
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

        return OfServer(run, keys);
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
