// Which events of `_audit` somebody wants to see. Immutable.
namespace LedgerStore.Cli;

/// <summary>A choice of events; what is null chooses nothing away.</summary>
/// <param name="Who">The identity, as the policy names it.</param>
/// <param name="Call">A part of the call's name.</param>
/// <param name="Kind">The event's name.</param>
/// <param name="IsDeniedOnly">Only what was refused.</param>
internal sealed record AuditFilter(string? Who, string? Ledger, string? Call, string? Kind, bool IsDeniedOnly)
{
    /// <summary>No choice at all.</summary>
    public static readonly AuditFilter Everything = new(null, null, null, null, IsDeniedOnly: false);

    /// <summary>What is no event that this version can read is shown too.</summary>
    public bool IsEverything => this == Everything;

    public bool Takes(StoreEvent happened) =>
        (Who is null || happened.Who == Who)
        && (Ledger is null || happened.Ledger == Ledger)
        && (Call is null || happened.Call.Contains(Call, StringComparison.OrdinalIgnoreCase))
        && (Kind is null || happened.Kind == Kind)
        && (!IsDeniedOnly || happened.IsDenied);
}
