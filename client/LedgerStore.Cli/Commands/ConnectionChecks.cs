// The doctor's look at the configuration and the server: files, modes, certificates, and a call by each client.
// One thread.
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Client;
using LedgerStore.Pki;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Checks of the way to the server.</summary>
internal static class ConnectionChecks
{
    private static readonly TimeSpan s_soon = TimeSpan.FromDays(14);
    private static readonly TimeSpan s_handshakeTime = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Check>> RunAsync(Run run)
    {
        Settings settings = run.Settings;
        if (settings.Server is null)
        {
            return [new Check("profile", CheckResult.Doubtful, $"no server is configured in {settings.ConfigPath}")];
        }

        List<Check> checks =
        [
            new Check("profile", CheckResult.Good, settings.Profile?.Name ?? "from the options"),
            await ServerCertificateAsync(run, new Uri(settings.Server)).ConfigureAwait(false),
        ];
        HashSet<string> seen = [];
        foreach (Capability capability in Enum.GetValues<Capability>())
        {
            if (settings.ClientFor(capability) is { } client && seen.Add(client.Certificate))
            {
                checks.Add(Certificate(run, client.Certificate, client.Key));
                checks.Add(await CallAsync(run, capability, client.Certificate).ConfigureAwait(false));
            }
        }

        int trusted = TrustFile.Load(settings.TrustPath).Keys.Count;
        checks.Add(new Check(
            "trusted keys",
            trusted > 0 ? CheckResult.Good : CheckResult.Doubtful,
            trusted > 0 ? $"{trusted}" : "none: nothing can be verified; `ledger trust add VKEY`"));
        return checks;
    }

    /// <summary>What the server shows, whoever asks: its date is read, and nothing is believed or sent.</summary>
    private static async Task<Check> ServerCertificateAsync(Run run, Uri server)
    {
        const string Name = "certificate of the server";
        CertificateReport? report = null;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(run.Cancellation);
        patience.CancelAfter(s_handshakeTime);
        try
        {
            using TcpClient connection = new();
            await connection.ConnectAsync(server.IdnHost, server.Port, patience.Token).ConfigureAwait(false);
            using SslStream tls = new(connection.GetStream());
            SslClientAuthenticationOptions options = new()
            {
                TargetHost = server.IdnHost,
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                {
                    report = shown is X509Certificate2 certificate ? CertificateReport.Of(certificate) : null;
                    return false; // it was only looked at
                },
            };
            await tls.AuthenticateAsClientAsync(options, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is AuthenticationException or IOException or SocketException
            or OperationCanceledException)
        {
            if (report is null)
            {
                run.Cancellation.ThrowIfCancellationRequested();
                return new Check(Name, CheckResult.Bad, error.Message);
            }
        }

        CheckResult result = report is null || run.Now > report.NotAfter ? CheckResult.Bad
            : report.NotAfter - run.Now < s_soon ? CheckResult.Doubtful
            : CheckResult.Good;
        return new Check(Name, result, report?.StateAt(run.Now) ?? "none is shown");
    }

    private static Check Certificate(Run run, string file, string? key)
    {
        string name = "certificate " + Path.GetFileNameWithoutExtension(file);
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(PkiFiles.Read(file));
            CertificateReport report = CertificateReport.Of(certificate);
            string keyFile = key ?? file;
            CheckResult result = run.Now > report.NotAfter || PkiFiles.IsOpenToOthers(keyFile) ? CheckResult.Bad
                : report.NotAfter - run.Now < s_soon ? CheckResult.Doubtful
                : CheckResult.Good;
            string detail = PkiFiles.IsOpenToOthers(keyFile)
                ? $"others can read {keyFile}: chmod 600, and issue a new one"
                : report.StateAt(run.Now);
            return new Check(name, result, detail);
        }
        catch (Exception error) when (Failure.Of(error) is not null)
        {
            return new Check(name, CheckResult.Bad, error.Message);
        }
    }

    private static async Task<Check> CallAsync(Run run, Capability capability, string file)
    {
        string name = "server, as " + Path.GetFileNameWithoutExtension(file);
        try
        {
            int count = 0;
            using LedgerClient client = run.Connect(capability);
            await foreach (var _ in client.Catalog.ListAsync(string.Empty, run.Cancellation).ConfigureAwait(false))
            {
                count++;
            }

            return new Check(name, CheckResult.Good, $"answers; {count} ledgers are visible");
        }
        catch (Exception error) when (Failure.Of(error) is not null)
        {
            return new Check(name, CheckResult.Bad, error.Message);
        }
    }
}
