// A tombstone as state.log has it, before or without a confirmation. Immutable.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>Says that entries have expired, and is not followed.</summary>
/// <param name="Why">Why it is not.</param>
/// <param name="IsRefuted"><c>_audit</c> says something else. False: what it says is not known yet.</param>
internal sealed record ExpiryClaim(TombstoneRecord Record, string Why, bool IsRefuted)
{
    /// <summary>In words, for people.</summary>
    public string Text =>
        $"state.log says that entry {Record.AuditIndex:N0} of {LedgerName.Audit} is the tombstone of entries "
        + $"{Record.First:N0} to {Record.End - 1:N0}, and that does not count: {Why}";
}
