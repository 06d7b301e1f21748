// `dev`: a server for trying things out, on this machine only, with everything it needs made on the way.
// Runs on the main thread until a signal comes.
using LedgerStore.Engine;
using LedgerStore.Guard;
using LedgerStore.Pki;
using LedgerStore.Policy;
using LedgerStore.Proofs;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Hosting;

/// <summary>The development server.</summary>
internal static class DevCommand
{
    public const int DefaultPort = 7443;
    public const string TrustDomain = "dev.ledgerstore.test";

    /// <summary>For a program that starts it: the server ends when its standard input does.</summary>
    public const string WithInputFlag = "--end-with-input";

    private const int PortMax = 65_535;
    private const string PolicyComment =
        "Made by `dev` for trying things out. Change it while the server runs: a valid file takes effect at once.";

    public static async Task<int> RunAsync(CommandLine line, TextWriter output, TimeProvider time)
    {
        DevLayout layout = DevLayout.For(line.Get("--data"));
        int port = line.Number("--port", 0, PortMax, DefaultPort);
        PkiDirectory pki = Prepare(layout, time);
        int intakePort = line.Number("--intake", 0, PortMax, otherwise: -1);
        RuleFile? rules = line.Get("--guard") is { } file ? DevGuard.Load(file) : null;
        string vkey = string.Empty;
        Store? opened = null;
        List<Task> beside = [];
        int code = await ServerRun.RunAsync(
            ConfigOf(layout, pki, port, line.Number("--metrics", 0, PortMax, otherwise: -1)),
            ServeMode.Development,
            StoreAccesses.Of(line),
            time,
            store =>
            {
                opened = store;
                vkey = VerifierKeyOf(store.GetOrCreateLedger("demo"), layout);
            },
            async (server, shutdown) =>
            {
                if (line.Has(WithInputFlag))
                {
                    shutdown.RequestAtEndOf(Console.OpenStandardInput());
                }

                PkiFiles.WritePublic(layout.Profile, DevReady.Profile(server.Address));
                await output.WriteAsync(DevReady.Text(server.Address, layout, pki, vkey)).ConfigureAwait(false);
                if (intakePort >= 0)
                {
                    DevIntake started = await DevIntake.StartAsync(layout, pki, server.Address, intakePort, time)
                        .ConfigureAwait(false);
                    await output.WriteAsync(started.Ready).ConfigureAwait(false);
                    beside.Add(EndAsync(started, shutdown.Requested));
                }

                if (rules is not null)
                {
                    beside.Add(EndAsync(
                        DevGuard.Start(rules, layout, pki, server.Address, opened!, time, output),
                        shutdown.Requested));
                }

                await output.FlushAsync().ConfigureAwait(false);
            },
            static _ => { }).ConfigureAwait(false);
        await Task.WhenAll(beside).ConfigureAwait(false);
        return code;
    }

    private static async Task EndAsync(IAsyncDisposable beside, Task requested)
    {
        await requested.ConfigureAwait(false);
        await beside.DisposeAsync().ConfigureAwait(false);
    }

    // A store that never signed does not know its key yet.
    private static string VerifierKeyOf(Ledger ledger, DevLayout layout)
    {
        using SigningKey key = LogKeyFile.Load(layout.SigningKey);
        return ledger.VerifierKey ?? LogKeyFile.VerifierKeyOf(ledger.Origin, key);
    }

    private static PkiDirectory Prepare(DevLayout layout, TimeProvider time)
    {
        PkiFiles.CreateDirectory(layout.Keys);
        PkiDirectory pki = DevelopmentPki.Ensure(
            layout.Pki, TrustDomain, StarterPolicy.Clients, time.GetUtcNow());
        if (!File.Exists(layout.SigningKey))
        {
            LogKeyFile.Create(layout.SigningKey).Dispose();
        }

        if (!File.Exists(layout.Policy))
        {
            PkiFiles.WritePublic(layout.Policy, StarterPolicy.Text(TrustDomain, PolicyComment));
        }

        return pki;
    }

    // The same reader and the same checks as `serve`; only the values come from here.
    internal static ServerConfig ConfigOf(DevLayout layout, PkiDirectory pki, int port, int metricsPort)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            [Settings.Data.Variable] = layout.Data,
            [Settings.Listen.Variable] = $"127.0.0.1:{port}",
            [Settings.PublicName.Variable] = "localhost",
            [Settings.TlsCertificate.Variable] = pki.ServerCertificateFile,
            [Settings.TlsKey.Variable] = pki.ServerKeyFile,
            [Settings.TlsClientCa.Variable] = pki.AuthorityFile,
            [Settings.SigningKey.Variable] = layout.SigningKey,
            [Settings.Anchor.Variable] = layout.Anchor,
            [Settings.Policy.Variable] = layout.Policy,
            [Settings.LogLevel.Variable] = "warning",
            [Settings.LogFormat.Variable] = "text",
        };
        if (metricsPort >= 0)
        {
            values[Settings.MetricsListen.Variable] = $"127.0.0.1:{metricsPort}";
        }

        return ServerConfig.Load(file: null, values);
    }
}
