// A connection that never became one. Immutable.
using System.Net;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Tls;

internal sealed class HandshakeFailure(IPAddress? address, RefusalReason reason, string detail) : EventArgs
{
    /// <summary>Where it came from; the access record sums failures by its prefix.</summary>
    public IPAddress? Address => address;

    public RefusalReason Reason => reason;

    /// <summary>For the log: which certificate, and what is wrong with it.</summary>
    public string Detail => detail;
}
