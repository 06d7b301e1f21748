// What every record of every file is: evidence, a cache or a claim; what confirms it, and who notices a false one. A
// test asks for a row for each type of record, and compares the rows with FORMAT.md. Constants: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>What a record is worth by itself.</summary>
internal enum EvidenceKind
{
    /// <summary>Signed, or below a signed root.</summary>
    Evidence,

    /// <summary>It can be made again from evidence; what differs from that is wrong.</summary>
    Cache,

    /// <summary>It hides, shortens, ends, keeps or names something, and counts by what is signed elsewhere.</summary>
    Claim,
}

/// <summary>One row.</summary>
/// <param name="Type">The number of the record's type in its file; 0 where it has none.</param>
/// <param name="ConfirmedBy">What it is compared with.</param>
/// <param name="NoticedBy">Who notices one that is false.</param>
internal sealed record EvidenceRow(
    string File, string Record, int Type, EvidenceKind Kind, string ConfirmedBy, string NoticedBy);

/// <summary>The table.</summary>
internal static class EvidenceTable
{
    public static IReadOnlyList<EvidenceRow> Rows { get; } =
    [
        new("store.json", "store id, public name, incarnation, created", 0, EvidenceKind.Claim,
            "the newest `store` entry of `_audit`",
            "start, scrubber, verify"),
        new("catalog", "CREATED", (int)CatalogRecordType.Created, EvidenceKind.Claim,
            "`ledger` \"created\" or \"adopted\"",
            "start, scrubber, verify"),
        new("catalog", "FROZEN", (int)CatalogRecordType.Frozen, EvidenceKind.Claim,
            "`ledger` \"frozen\"",
            "start, scrubber, verify"),
        new("catalog", "RETENTION", (int)CatalogRecordType.Retention, EvidenceKind.Claim,
            "`retention`; the newest counts",
            "start, expiry, scrubber, verify"),
        new("catalog", "SAID", (int)CatalogRecordType.Said, EvidenceKind.Cache,
            "the entry it names",
            "start"),
        new("catalog", "SETTLED", (int)CatalogRecordType.Settled, EvidenceKind.Cache,
            "the search for a change that a crash left undone",
            "start"),
        new("catalog", "FACTS", (int)CatalogRecordType.Facts, EvidenceKind.Cache,
            "the entry it names; without it all of `_audit` is searched",
            "start"),
        new("state.log", "SEALED", (int)StateRecordType.Sealed, EvidenceKind.Cache,
            "the tree, the file and its entries",
            "reader, scrubber, verify"),
        new("state.log", "FLUSHED", (int)StateRecordType.Flushed, EvidenceKind.Claim,
            "every signed checkpoint: none is larger",
            "start, verify"),
        new("state.log", "PRODUCER", (int)StateRecordType.Producer, EvidenceKind.Cache,
            "the entries of that identity and producer",
            "verify"),
        new("state.log", "CHECKPOINT", (int)StateRecordType.Checkpoint, EvidenceKind.Evidence,
            "its signature",
            "start, verify"),
        new("state.log", "TIER", (int)StateRecordType.Tier, EvidenceKind.Claim,
            "the payload has the local hashes; `tombstone` where it expired",
            "reader, verify"),
        new("state.log", "TOMBSTONE", (int)StateRecordType.Tombstone, EvidenceKind.Claim,
            "`tombstone` in the entry it names, signed",
            "reader, scrubber, verify"),
        new("state.log", "HOLD", (int)StateRecordType.Hold, EvidenceKind.Claim,
            "`hold`; a hold counts at once, a release as `_audit` says",
            "expiry, scrubber, verify"),
        new("state.log", "EXPIRY", (int)StateRecordType.ExpiryProgress, EvidenceKind.Cache,
            "the time since entries were found due",
            "expiry"),
        new("state.log", "EXPIRING", (int)StateRecordType.Expiring, EvidenceKind.Cache,
            "the search for an unfinished tombstone",
            "start"),
        new("state.log", "NOTICE", (int)StateRecordType.Notice, EvidenceKind.Claim,
            "`expiry_notice` in the entry it names, received a day before",
            "expiry, verify"),
        new("keys", "KEY", (int)KeyRecordType.Key, EvidenceKind.Claim,
            "the statement that both keys signed; `key`",
            "start, scrubber, verify"),
        new("keys", "ROTATED", (int)KeyRecordType.Rotated, EvidenceKind.Evidence,
            "the signatures of both keys",
            "start, verify"),
        new("keys", "ANCHOR_MISSING", (int)KeyRecordType.AnchorMissing, EvidenceKind.Claim,
            "`lifecycle` \"anchor missing\"",
            "scrubber, verify"),
        new("keys", "SCHEME_KEY", (int)KeyRecordType.SchemeKey, EvidenceKind.Claim,
            "the statement that both keys signed; `key`",
            "start, scrubber, verify"),
        new("journal", "APPEND", (int)SectionType.Append, EvidenceKind.Evidence,
            "the checkpoint that covers it",
            "start, verify"),
        new("journal", "CHECKPOINT", (int)SectionType.Checkpoint, EvidenceKind.Evidence,
            "its signature",
            "start, verify"),
        new("segments", "header, directory, footer, level-1 tile, times of blocks", 0, EvidenceKind.Cache,
            "the entries and the tree",
            "reader, scrubber, verify"),
        new("segments", "block: entries", 0, EvidenceKind.Evidence,
            "the checkpoint that covers them",
            "reader, scrubber, verify"),
        new("segments", "block: expired, elsewhere", 0, EvidenceKind.Claim,
            "as TIER and TOMBSTONE",
            "reader, verify"),
        new("anchor", "records", 0, EvidenceKind.Evidence,
            "their signatures, and their order",
            "start, verify"),
        new("anchor", "policy copy", 0, EvidenceKind.Cache,
            "`policy` entries: their hashes are a chain",
            "start of the server, verify"),
        new("ledgers", "damage note", 0, EvidenceKind.Claim,
            "it only makes a ledger read-only",
            "start"),
        new("others", "LOCK, reserve, spares, quarantine", 0, EvidenceKind.Cache,
            "nothing: they say nothing",
            "nobody"),
    ];
}
