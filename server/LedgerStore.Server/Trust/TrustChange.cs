// What a look at the files found: something new was taken, or was refused and the old stays. Immutable.
namespace LedgerStore.Server.Trust;

/// <summary>What can be exchanged while the server runs.</summary>
internal enum TrustPart
{
    ServerCertificate,
    ClientAuthorities,
    Policy,
}

internal sealed class TrustChange(
    TrustPart part, string path, bool isAccepted, string detail, TrustSnapshot before, TrustSnapshot after) : EventArgs
{
    public TrustPart Part => part;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>False: the old one stays, and somebody should know.</summary>
    public bool IsAccepted => isAccepted;

    /// <summary>What is new, or why it was refused; for the log and the access record.</summary>
    public string Detail => detail;

    /// <summary>What held until now; with After it gives the difference of two policies.</summary>
    public TrustSnapshot Before => before;

    /// <summary>What holds from now on; the same object as Before if it was refused.</summary>
    public TrustSnapshot After => after;
}
