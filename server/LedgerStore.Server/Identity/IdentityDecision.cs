// The answer to "who is this": a caller, or nobody and why. Immutable; kept by the connection until something changes.
namespace LedgerStore.Server.Identity;

internal sealed class IdentityDecision
{
    private IdentityDecision(
        CallerIdentity? caller, RefusalReason reason, string detail, long generation, long validUntilTicks)
    {
        Caller = caller;
        Reason = reason;
        Detail = detail;
        Generation = generation;
        ValidUntilTicks = validUntilTicks;
    }

    /// <summary>Null if the caller is refused.</summary>
    public CallerIdentity? Caller { get; }

    /// <summary>None if there is a caller.</summary>
    public RefusalReason Reason { get; }

    /// <summary>For the access record and the log: what exactly. Never a secret.</summary>
    public string Detail { get; }

    public bool IsRefused => Caller is null;

    /// <summary>Nobody, but with anonymous tiles somebody may come without a certificate.</summary>
    public bool IsAnonymous => Reason == RefusalReason.NoCertificate;

    /// <summary>The generation of trust by which it was decided.</summary>
    internal long Generation { get; }

    /// <summary>UTC ticks after which it does not count any more.</summary>
    internal long ValidUntilTicks { get; }

    public override string ToString() => Caller is null ? $"{Reason.Code()}: {Detail}" : Caller.Name;

    internal static IdentityDecision Accept(CallerIdentity caller, long generation) =>
        new(caller, RefusalReason.None, "", generation, caller.ValidUntil.UtcTicks);

    // A refusal does not end by itself: time makes no certificate better but one that is not valid yet, and that one
    // is refused at the handshake.
    internal static IdentityDecision Refuse(RefusalReason reason, string detail, long generation) =>
        new(null, reason, detail, generation, long.MaxValue);
}
