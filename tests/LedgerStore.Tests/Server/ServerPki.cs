// Certificates for the tests of the whole server: one authority, one server, and clients by name as they are asked for.
// Made once; any thread.

using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;

namespace LedgerStore.Tests.Server;

internal static class ServerPki
{
    internal const string TrustDomain = "example.org";

    private static readonly CertificateAuthority s_authority =
        CertificateAuthority.CreateDevelopment(DateTimeOffset.UtcNow);

    private static readonly ConcurrentDictionary<string, X509Certificate2> s_clients = new();

    private static readonly IssuedCertificate s_server =
        s_authority.IssueServer(DevelopmentPki.ServerNames, TimeSpan.FromDays(2), DateTimeOffset.UtcNow);

    internal static X509Certificate2Collection Roots =>
        [X509Certificate2.CreateFromPem(s_authority.CertificatePem)];

    /// <summary>The certificate of spiffe://example.org/name.</summary>
    internal static X509Certificate2 Client(string name) => s_clients.GetOrAdd(name, static each =>
    {
        lock (s_authority)
        {
            return Load(s_authority.IssueClient(TrustDomain, each, TimeSpan.FromDays(2), DateTimeOffset.UtcNow));
        }
    });

    /// <summary>Writes what a server needs: ca.pem, server.pem and server.key.</summary>
    internal static void WriteServerTo(string directory)
    {
        PkiFiles.WritePublic(Path.Combine(directory, "ca.pem"), s_authority.CertificatePem);
        PkiFiles.WritePublic(Path.Combine(directory, "server.pem"), s_server.CertificatePem);
        PkiFiles.WritePrivate(Path.Combine(directory, "server.key"), s_server.PrivateKeyPem);
    }

    /// <summary>Writes ca.pem, and NAME.pem and NAME.key of each client.</summary>
    internal static void WriteTo(string directory, params string[] clients)
    {
        File.WriteAllText(Path.Combine(directory, "ca.pem"), s_authority.CertificatePem);
        foreach (string name in clients)
        {
            X509Certificate2 client = Client(name);
            File.WriteAllText(Path.Combine(directory, name + ".pem"), client.ExportCertificatePem());
            File.WriteAllText(
                Path.Combine(directory, name + ".key"), client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }
    }

    private static X509Certificate2 Load(IssuedCertificate issued)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.PrivateKeyPem);
        return X509CertificateLoader.LoadPkcs12(
            pem.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
