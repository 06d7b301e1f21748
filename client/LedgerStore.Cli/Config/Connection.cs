// From settings to a client: what is missing or has expired is said before anything is sent. Stateless.
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Client;
using LedgerStore.Pki;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Opens connections.</summary>
internal static class Connection
{
    public static LedgerClient Open(Settings settings, Capability capability, TimeProvider time)
    {
        if (settings.Server is not { } server)
        {
            throw new UsageException(
                "it is not known which server to ask",
                $"give --server URL, set LEDGER_SERVER, or write a profile into {settings.ConfigPath}");
        }

        if (!Uri.TryCreate(server, UriKind.Absolute, out Uri? address)
            || !string.Equals(address.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal))
        {
            throw new UsageException($"'{server}' is no address of a server", "for example https://localhost:7443");
        }

        if (settings.ClientFor(capability) is not { } client)
        {
            throw new UsageException(
                "there is no client certificate, and without one the server does not talk",
                "give --cert FILE --key FILE, or choose a profile with --profile");
        }

        CheckCertificate(client.Certificate, client.Key, time.GetUtcNow());
        return new LedgerClient(new LedgerClientOptions
        {
            Address = address,
            CertificateFile = client.Certificate,
            KeyFile = client.Key,
            CaFile = Existing(settings.Ca),
            ServerName = settings.ServerName,
            Time = time,
        });
    }

    private static void CheckCertificate(string file, string? key, DateTimeOffset now)
    {
        Existing(file);
        Existing(key);
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(PkiFiles.Read(file));
        CertificateReport report = CertificateReport.Of(certificate);
        string renew = $"`ledger pki renew {Path.GetFileNameWithoutExtension(file)}`";
        if (now > report.NotAfter)
        {
            throw new UsageException(
                $"the certificate {file} {report.StateAt(now)}", $"issue a new one with {renew}");
        }

        if (now < report.NotBefore)
        {
            throw new UsageException(
                $"the certificate {file} is {report.StateAt(now)}", "is the clock of this machine right?");
        }
    }

    private static string? Existing(string? file) => file is null || File.Exists(file)
        ? file
        : throw new UsageException($"there is no file {file}");
}
