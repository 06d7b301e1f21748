// A lying server, and the home of somebody who talks to it: configuration, certificates, trusted keys, and the state of
// what was seen before.
// Used by one run at a time.

using LedgerStore.Client;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Grpc;

namespace LedgerStore.Tests.Lies;

internal sealed class Workbench : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-lies-").FullName;

    private Workbench(LyingServer server) => Server = server;

    internal LyingServer Server { get; }

    /// <summary>A directory for what a command writes; empty at the start of each run.</summary>
    internal string Out => Path.Combine(_home, "out");

    internal string Config => Path.Combine(_home, "config.yaml");

    private string State => Path.Combine(_home, "state");

    private string SeenState => Path.Combine(_home, "seen");

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    internal static async Task<Workbench> StartAsync()
    {
        Workbench bench = new(await LyingServer.StartAsync());
        TestPki.Shared.WriteTo(bench._home);
        await File.WriteAllTextAsync(bench.Config, $"""
            default: here
            profiles:
              here:
                server: {bench.Server.Address}
                public_name: {World.Store}
                ca: ca.pem
                certificate: client.pem
                key: client.key

            """);
        await File.WriteAllLinesAsync(
            Path.Combine(bench._home, "trust"), World.Honest.Ledgers.Values.Select(ledger => ledger.Vkey));
        foreach (string ledger in World.Honest.Ledgers.Keys)
        {
            bench.Server.Begin(null, World.Seen);
            CliResult seen = await bench.Cli(TimeProvider.System).RunAsync("checkpoint", ledger);
            if (seen.Code != 0)
            {
                throw new InvalidOperationException($"the honest server does not work: {seen}");
            }
        }

        Directory.Move(bench.State, bench.SeenState);
        return bench;
    }

    internal LedgerCli Cli(TimeProvider time) => new(Config) { Time = time };

    internal LedgerClient Connect(TimeProvider time) => new(new LedgerClientOptions
    {
        Address = Server.Address,
        CaFile = Path.Combine(_home, "ca.pem"),
        CertificateFile = Path.Combine(_home, "client.pem"),
        KeyFile = Path.Combine(_home, "client.key"),
        Time = time,
    });

    /// <summary>Runs a scenario against a server that tells one lie, or none.</summary>
    internal async Task<Result> RunAsync(Scenario scenario, Lie? lie, int speed)
    {
        Copy(SeenState, State);
        Directory.CreateDirectory(Out);
        Server.Begin(lie, World.Published);
        try
        {
            Result result = await scenario.RunAsync(this, new FastTime(speed)).WaitAsync(s_patience);
            return result with { Output = result.Output + Written(), Errors = Hide(result.Errors) };
        }
        catch (TimeoutException)
        {
            return new Result(Result.Broken, string.Empty, "it does not end");
        }
        catch (Exception unexpected)
        {
            return new Result(Result.Broken, string.Empty, unexpected.ToString());
        }
        finally
        {
            Directory.Delete(State, recursive: true);
            Directory.Delete(Out, recursive: true);
        }
    }

    /// <summary>A text without the names of this bench's directories.</summary>
    internal string Hide(string text) => text.Replace(_home, "HOME", StringComparison.Ordinal);

    // Everything that a command wrote, byte for byte.
    private string Written() => string.Concat(Directory.EnumerateFiles(Out, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(file => $"{Hide(file)}: {Hide(Convert.ToHexString(File.ReadAllBytes(file)))}\n"));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }
}
