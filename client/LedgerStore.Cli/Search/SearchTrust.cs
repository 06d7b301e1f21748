// Whether a ledger's index can be used for a search, and with what: the fields that it has, and trusted keys for it.
// One run.
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>The verifiers of a search.</summary>
/// <param name="Audit">Null: no key of <c>_audit</c> is trusted.</param>
internal sealed record SearchTrust(FieldsInfo Fields, Verifier Ledger, Verifier Index, Verifier? Audit) : IDisposable
{
    private const string AuditLedger = "_audit";

    /// <summary>Opens what a search by the index needs.</summary>
    /// <param name="given">The spec that was named; null: the ledger's own.</param>
    /// <param name="why">Why the index cannot be used.</param>
    /// <returns>Null when it cannot be used.</returns>
    public static SearchTrust? TryOpen(
        Run run, LedgerClient client, string ledger, FieldsInfo? fields, IndexSpec? given, out string why)
    {
        why = $"the ledger '{ledger}' has no index; `ledger fields set` makes one";
        if (fields is null)
        {
            return null;
        }

        why = "the index is by other fields than those that were named";
        if (given is not null && given.Id != IndexSpec.Parse(fields.Spec).Id)
        {
            return null;
        }

        try
        {
            why = string.Empty;
            return new SearchTrust(
                fields,
                LedgerTrust.Open(run, client, ledger, vkey: null),
                LedgerTrust.Open(run, client, fields.IndexLedger, vkey: null),
                TryOpenAudit(run, client));
        }
        catch (UsageException none)
        {
            why = $"{none.Message}, so nothing that the index says could be proven";
            return null;
        }
    }

    public void Dispose()
    {
        Ledger.Dispose();
        Index.Dispose();
        Audit?.Dispose();
    }

    private static Verifier? TryOpenAudit(Run run, LedgerClient client)
    {
        try
        {
            return LedgerTrust.Open(run, client, AuditLedger, vkey: null);
        }
        catch (UsageException)
        {
            // What expired is told as the server's word then.
            return null;
        }
    }
}
