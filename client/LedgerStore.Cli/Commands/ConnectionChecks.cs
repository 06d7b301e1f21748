// The doctor's look at the configuration and the server: files, modes, certificates, and a call by each client.
// One thread.
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Client;
using LedgerStore.Pki;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Checks of the way to the server.</summary>
internal static class ConnectionChecks
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public static async Task<IReadOnlyList<Check>> RunAsync(Run run)
    {
        Settings settings = run.Settings;
        if (settings.Server is null)
        {
            return [new Check("profile", CheckResult.Doubtful, $"no server is configured in {settings.ConfigPath}")];
        }

        List<Check> checks = [new Check("profile", CheckResult.Good, settings.Profile?.Name ?? "from the options")];
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

    private static Check Certificate(Run run, string file, string? key)
    {
        string name = "certificate " + Path.GetFileNameWithoutExtension(file);
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(PkiFiles.Read(file));
            CertificateReport report = CertificateReport.Of(certificate);
            string keyFile = key ?? file;
            CheckResult result = run.Now > report.NotAfter || PkiFiles.IsOpenToOthers(keyFile) ? CheckResult.Bad
                : report.NotAfter - run.Now < Soon ? CheckResult.Doubtful
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
