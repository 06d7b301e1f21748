// The floor that holds for a ledger as `_audit` says: the highest that was ever set, whatever the files say now. Pure.
using System.Globalization;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Tiering;

/// <summary>Finds the floor in what <c>_audit</c> says of policies.</summary>
internal static class RecordedFloor
{
    private const string Name = " floor=";

    /// <summary>The highest floor that was set before an entry of <c>_audit</c>.</summary>
    public static TimeSpan Before(AuditedLedger said, long auditIndex) => said.Policies
        .Where(policy => policy.AuditIndex < auditIndex)
        .Select(Of)
        .DefaultIfEmpty(TimeSpan.Zero)
        .Max();

    /// <summary>The floor of a policy; entries of the first version have it as a text only.</summary>
    private static TimeSpan Of(AuditRetentionChange change)
    {
        int at = change.After.IndexOf(Name, StringComparison.Ordinal);
        string text = at < 0 ? string.Empty : change.After[(at + Name.Length)..].Split(' ')[0];
        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan floor)
            ? floor
            : TimeSpan.Zero;
    }
}
