// Who may read metrics, as server.yaml says it. Constants.
namespace LedgerStore.Server.Config;

/// <summary>The words of metrics.access.</summary>
internal static class MetricsDoor
{
    /// <summary>Plain HTTP, on a loopback address only.</summary>
    public const string Loopback = "loopback";

    /// <summary>TLS; metrics need the certificate of an identity that may verify on "*", health does not.</summary>
    public const string MutualTls = "mutual_tls";

    /// <summary>TLS, for whoever reaches the address.</summary>
    public const string TlsForEverybody = "tls_for_everybody";

    /// <summary>Plain HTTP, for whoever reaches the address, and for whoever is on the way.</summary>
    public const string PlainForEverybody = "plain_for_everybody";
}
