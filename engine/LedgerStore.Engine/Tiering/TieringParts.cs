// What tiering stands on. Immutable.

using LedgerStore.Engine.Append;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>The parts of the store that tiering uses.</summary>
/// <param name="StateLogs">Held by whoever writes state logs.</param>
/// <param name="Clock">The time of the store; see DESIGN.md on clocks that jump.</param>
/// <param name="AppendAudit">Appends a notice or a tombstone to <c>_audit</c>; done when it is durable.</param>
/// <param name="Make">Says a change in <c>_audit</c>, durably, and has it made then: see AuditedChanges.</param>
/// <param name="AppendFiller">Appends so many entries of the store to a ledger that still has this size.</param>
/// <param name="MayExpire">Whether policy and holds are what was decided, as <c>_audit</c> says.</param>
/// <param name="Confirmation">What the files say has expired, compared with <c>_audit</c>.</param>
internal sealed record TieringParts(
    IFileSystem Files,
    StorePaths Paths,
    UInt128 StoreId,
    Catalog Catalog,
    LedgerLogs Ledgers,
    Gate Gate,
    JournalWriter Journal,
    Flusher Flusher,
    SegmentServices Services,
    Lock StateLogs,
    DiskSpace Disk,
    Func<long> Clock,
    TimeProvider Time,
    TieringOptions Options,
    Func<byte[], ValueTask<AppendResult>> AppendAudit,
    Action<AuditEvent, Action<long>> Make,
    Func<LedgerLog, long, int, ValueTask<AppendResult>> AppendFiller,
    Func<LedgerLog, ClaimsAnswer> MayExpire,
    ExpiryConfirmation Confirmation)
{
    /// <summary>The time by which things are due: what the store and the wall clock agree has passed.</summary>
    /// <remarks>The store's clock never goes back, so a wall clock that was wrong for a while, and believed, leaves it
    /// ahead for long. Nothing goes before its time because of that.</remarks>
    public long Now() => Math.Min(
        Clock(), (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
