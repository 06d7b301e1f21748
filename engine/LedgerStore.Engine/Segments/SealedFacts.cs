// What is known about a sealed segment without opening its file: it comes from state.log, whose roots were compared
// with signed ones. Immutable: any thread.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>A sealed segment and what its file must be.</summary>
internal sealed record SealedFacts(
    SegmentIdentity Identity,
    string Path,
    long FileLength,
    Hash256 Root,
    long FirstMicros,
    long LastMicros);
