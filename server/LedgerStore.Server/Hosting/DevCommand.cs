// `dev`: a server for trying things out, on this machine only, with everything it needs made on the way.
// Runs on the main thread until a signal comes.
using System.Net;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Engine;
using LedgerStore.Policy.Pki;
using LedgerStore.Server.Rights;

namespace LedgerStore.Server.Hosting;

/// <summary>The development server.</summary>
internal static class DevCommand
{
    public const int DefaultPort = 7443;

    private const int PortMax = 65_535;

    public static async Task<int> RunAsync(CommandLine line, TextWriter output, TimeProvider time)
    {
        DevLayout layout = DevLayout.For(line.Get("--data"));
        int port = line.Number("--port", 0, PortMax, DefaultPort);
        PkiDirectory pki = Prepare(layout, time);
        using Shutdown shutdown = new();
        using Store store = Store.Open(new StoreOptions { Directory = layout.Data });
        store.GetOrCreateLedger("demo");
        using X509Certificate2 certificate = Load(pki);
        PolicyInForce policy = new(DevPolicy.Read(layout.Policy), time);
        X509Certificate2Collection roots = [];
        roots.ImportFromPemFile(pki.AuthorityFile);
        ThinIdentity identity = new(certificate, roots, policy, time);
        HostSettings settings = new()
        {
            Store = store,
            Listen = new IPEndPoint(IPAddress.Loopback, port),
            Policy = policy,
            UseTls = identity.UseTls,
            Identify = identity.Identify,
            Time = time,
        };
        LedgerServer server = await LedgerServer.StartAsync(settings).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            await output.WriteAsync(DevReady.Text(server.Address, layout, pki)).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
            await shutdown.Requested.ConfigureAwait(false);
            await server.StopAsync().ConfigureAwait(false);
        }

        return ExitCode.Clean;
    }

    private static PkiDirectory Prepare(DevLayout layout, TimeProvider time)
    {
        PkiFiles.CreateDirectory(layout.Keys);
        PkiDirectory pki = DevelopmentPki.Ensure(
            layout.Pki, DevPolicy.TrustDomain, DevPolicy.Clients, time.GetUtcNow());
        if (!File.Exists(layout.Policy))
        {
            PkiFiles.WritePublic(layout.Policy, DevPolicy.Text);
        }

        return pki;
    }

    // Through PKCS#12, because the TLS stack wants a key that belongs to the certificate.
    private static X509Certificate2 Load(PkiDirectory pki)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(pki.ServerCertificateFile, pki.ServerKeyFile);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }
}
