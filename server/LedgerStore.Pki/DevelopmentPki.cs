// Certificates for trying things out: an authority that lives 30 days and that a server in earnest refuses, a server
// certificate for this machine only, and clients. Called once at the start of a development server.
namespace LedgerStore.Pki;

/// <summary>Makes, or takes again, the certificates of a development server.</summary>
public static class DevelopmentPki
{
    /// <summary>The names under which a development server is reached.</summary>
    public static readonly IReadOnlyList<string> ServerNames = ["localhost", "127.0.0.1", "::1"];

    // A development server that is started today should still run tomorrow.
    private static readonly TimeSpan s_left = TimeSpan.FromDays(2);

    /// <summary>
    /// Opens the directory, and issues what it does not have. An authority that is about to expire is moved aside to
    /// a name that tells when it ended, and everything is made anew.
    /// </summary>
    public static PkiDirectory Ensure(
        string path, string trustDomain, IReadOnlyList<string> clients, DateTimeOffset now)
    {
        PkiDirectory? directory = OpenYoung(path, now);
        directory ??= PkiDirectory.Create(path, CertificateAuthority.CreateDevelopment(now));
        TimeSpan validity = directory.Authority.NotAfter - now;
        if (!File.Exists(directory.ServerCertificateFile))
        {
            directory.IssueServer(ServerNames, validity, now);
        }

        foreach (string client in clients.Where(c => !File.Exists(directory.ClientCertificateFile(c))))
        {
            directory.IssueClient(trustDomain, client, validity, now);
        }

        return directory;
    }

    private static PkiDirectory? OpenYoung(string path, DateTimeOffset now)
    {
        if (!File.Exists(Path.Combine(path, "ca.pem")))
        {
            return null;
        }

        PkiDirectory directory = PkiDirectory.Open(path);
        if (!directory.Authority.IsDevelopment)
        {
            throw new PkiException($"{path} holds a real authority; a development server must not use it");
        }

        if (directory.Authority.NotAfter - now > s_left)
        {
            return directory;
        }

        Directory.Move(path, $"{path}.{directory.Authority.NotAfter:yyyyMMddHHmmss}");
        return null;
    }
}
