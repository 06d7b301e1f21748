// Which servers a target may be: those of the machine's authorities, or of one that a file names. Any thread.

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Guard;

/// <summary>Checks a target's certificate.</summary>
internal static class TrustedTls
{
    /// <summary>The authorities of a file; null: the machine's.</summary>
    public static X509ChainPolicy? PolicyOf(string? caFile)
    {
        if (caFile is null)
        {
            return null;
        }

        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return policy;
    }

    /// <summary>For libraries that ask a callback: the name must fit, and the chain end at an authority of the
    /// file.</summary>
    public static bool IsTrusted(string? caFile, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (caFile is null || errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null)
        {
            return errors == SslPolicyErrors.None;
        }

        using X509Chain chain = new() { ChainPolicy = PolicyOf(caFile)! };
        using X509Certificate2 copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy);
    }
}
