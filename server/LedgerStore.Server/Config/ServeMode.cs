// How a server runs. Decides what is refused as unsafe.
namespace LedgerStore.Server.Config;

internal enum ServeMode
{
    /// <summary>In earnest: certificates of a development authority are refused.</summary>
    Serve,

    /// <summary>For trying things out: development certificates, and loopback only.</summary>
    Development,
}
