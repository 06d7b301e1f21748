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
/// <param name="AppendAudit">Appends a tombstone to <c>_audit</c>; done when it is durable.</param>
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
    Func<long> Clock,
    TimeProvider Time,
    TieringOptions Options,
    Func<byte[], ValueTask<AppendResult>> AppendAudit);
