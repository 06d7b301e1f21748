// A private authority in a directory: its files, and issue, renew and list over them. Used by `ledger init`,
// `ledger pki` and the development server; one process at a time, one thread.
//
//   ca.pem  ca.key               the authority; ca.key can be moved offline between uses
//   server.pem  server.key       the server's certificate
//   clients/<name>.pem  .key     client certificates, the identity is spiffe://trust domain/<name>
//   issued/<serial>.pem          every certificate ever issued, for lists and deny entries
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Policy;

namespace LedgerStore.Pki;

/// <summary>The files of an authority.</summary>
public sealed class PkiDirectory
{
    private readonly CertificateAuthority _authority;

    private PkiDirectory(string path, CertificateAuthority authority)
    {
        Path = path;
        _authority = authority;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>What the authority's certificate says.</summary>
    public CertificateReport Authority => _authority.Report;

    /// <summary>The authority's certificate: `client_ca` of the server, the trusted root of clients.</summary>
    public string AuthorityFile => In("ca.pem");

    public string ServerCertificateFile => In("server.pem");

    public string ServerKeyFile => In("server.key");

    public string ClientCertificateFile(string name) => In("clients", ClientName(name) + ".pem");

    public string ClientKeyFile(string name) => In("clients", ClientName(name) + ".key");

    /// <summary>Puts a new authority into a directory that has none.</summary>
    public static PkiDirectory Create(string path, CertificateAuthority authority)
    {
        PkiDirectory directory = new(path, authority);
        if (File.Exists(directory.AuthorityFile) || File.Exists(directory.AuthorityKeyFile))
        {
            throw new PkiException($"{path} has an authority already; use it, or choose another directory");
        }

        PkiFiles.CreateDirectory(path);
        PkiFiles.CreateDirectory(directory.In("clients"));
        PkiFiles.CreateDirectory(directory.In("issued"));
        PkiFiles.WritePrivate(directory.AuthorityKeyFile, authority.PrivateKeyPem);
        PkiFiles.WritePublic(directory.AuthorityFile, authority.CertificatePem);
        return directory;
    }

    /// <summary>Opens a directory that has an authority and its key.</summary>
    public static PkiDirectory Open(string path)
    {
        string certificate = System.IO.Path.Combine(path, "ca.pem");
        string key = System.IO.Path.Combine(path, "ca.key");
        string pem = PkiFiles.Read(key);
        return PkiFiles.IsOpenToOthers(key)
            ? throw new PkiException($"{key} can be read by others; do chmod 600, and think about who has read it")
            : new PkiDirectory(path, CertificateAuthority.FromPem(PkiFiles.Read(certificate), pem));
    }

    /// <summary>All certificates that were issued here, newest first. Needs no key.</summary>
    public static IReadOnlyList<ListedCertificate> List(string path)
    {
        HashSet<string> inUse = [.. CurrentFiles(path).Select(f => Load(f)).Select(c => c.Fingerprint)];
        string issued = System.IO.Path.Combine(path, "issued");
        return !Directory.Exists(issued)
            ? throw new PkiException($"{path} is no directory of an authority: it has no issued/")
            : [.. Directory.GetFiles(issued, "*.pem").Select(Load).OrderByDescending(r => r.NotBefore)
                .Select(r => new ListedCertificate(r, inUse.Contains(r.Fingerprint)))];
    }

    /// <summary>Makes the server's certificate and key.</summary>
    public CertificateReport IssueServer(IReadOnlyList<string> names, TimeSpan validity, DateTimeOffset now)
    {
        RefuseExisting(ServerCertificateFile, "server");
        return Save(_authority.IssueServer(names, validity, now), ServerCertificateFile, ServerKeyFile);
    }

    /// <summary>Makes a client's certificate and key.</summary>
    public CertificateReport IssueClient(string trustDomain, string name, TimeSpan validity, DateTimeOffset now)
    {
        RefuseExisting(ClientCertificateFile(name), name);
        return Save(
            _authority.IssueClient(trustDomain, name, validity, now), ClientCertificateFile(name), ClientKeyFile(name));
    }

    /// <summary>A new key and certificate with the names of the server's old one.</summary>
    public CertificateReport RenewServer(TimeSpan validity, DateTimeOffset now) =>
        Renew(ServerCertificateFile, ServerKeyFile, validity, now);

    /// <summary>A new key and certificate with the identity of the client's old one.</summary>
    public CertificateReport RenewClient(string name, TimeSpan validity, DateTimeOffset now) =>
        Renew(ClientCertificateFile(name), ClientKeyFile(name), validity, now);

    private string AuthorityKeyFile => In("ca.key");

    private static IEnumerable<string> CurrentFiles(string path)
    {
        string server = System.IO.Path.Combine(path, "server.pem");
        string clients = System.IO.Path.Combine(path, "clients");
        IEnumerable<string> files = Directory.Exists(clients) ? Directory.GetFiles(clients, "*.pem") : [];
        return File.Exists(server) ? files.Prepend(server) : files;
    }

    private static CertificateReport Load(string file)
    {
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(PkiFiles.Read(file));
            return CertificateReport.Of(certificate);
        }
        catch (CryptographicException error)
        {
            throw new PkiException($"{file} is no certificate: {error.Message}", error);
        }
    }

    private static string ClientName(string name) => Names.IsName(name)
        ? name
        : throw new PkiException($"{Quoted.Text(name)} is no name for a client: names are {Names.Form}");

    private static void RefuseExisting(string file, string name)
    {
        if (File.Exists(file))
        {
            throw new PkiException($"{name} has a certificate already: {file}; renew it instead");
        }
    }

    private CertificateReport Renew(string file, string keyFile, TimeSpan validity, DateTimeOffset now)
    {
        using X509Certificate2 old = X509Certificate2.CreateFromPem(PkiFiles.Read(file));
        return Save(_authority.Renew(old, validity, now), file, keyFile);
    }

    // The key first: a crash between the two leaves an old certificate beside a new key, which a server that starts
    // then refuses, and renewing again mends. A server that runs keeps what it has.
    private CertificateReport Save(IssuedCertificate issued, string file, string keyFile)
    {
        PkiFiles.WritePublic(In("issued", issued.Report.Serial + ".pem"), issued.CertificatePem);
        PkiFiles.WritePrivate(keyFile, issued.PrivateKeyPem);
        PkiFiles.WritePublic(file, issued.CertificatePem);
        return issued.Report;
    }

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}

/// <summary>A certificate in a list.</summary>
/// <param name="IsInUse">It is the one that server.pem or clients/ holds now; others were renewed.</param>
public sealed record ListedCertificate(CertificateReport Certificate, bool IsInUse);
