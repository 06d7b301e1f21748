// The certificates of the peers: one authority, one server, one client, as PEM files. ECDSA P-256, as LedgerStore's.
// Made once by the suite.
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Bench.Peers;

internal sealed class PeerPki
{
    /// <summary>The common name of the client's certificate: the user of the database.</summary>
    public const string ClientName = "bench";

    private readonly string _folder;

    public PeerPki(PeerFolder peers)
    {
        _folder = peers.NewDirectory("pki");
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=bench authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using X509Certificate2 authority = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(CaFile, authority.ExportCertificatePem());
        Issue(authority, "localhost", ServerFile, ServerKeyFile);
        Issue(authority, ClientName, ClientFile, ClientKeyFile);
    }

    public string CaFile => Path.Combine(_folder, "ca.pem");

    public string ServerFile => Path.Combine(_folder, "server.pem");

    public string ServerKeyFile => Path.Combine(_folder, "server.key");

    public string ClientFile => Path.Combine(_folder, "client.pem");

    public string ClientKeyFile => Path.Combine(_folder, "client.key");

    public X509Certificate2 LoadClient()
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(ClientFile, ClientKeyFile);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }

    public X509Certificate2 LoadCa() => X509CertificateLoader.LoadCertificateFromFile(CaFile);

    // For both sides: etcd's gateway calls itself with the certificate of the server.
    private static void Issue(X509Certificate2 authority, string name, string file, string keyFile)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7f;
        using X509Certificate2 certificate = request.Create(
            authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddDays(1), serial);
        File.WriteAllText(file, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
