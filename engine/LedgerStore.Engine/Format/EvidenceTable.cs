// What every record of every file is: evidence, a cache or a claim; what confirms it, and who notices a false one. A
// test asks for a row for each type of record, and compares the rows with FORMAT.md; the tamper campaign asks for
// forgeries of each row, and compares who noticed them. Constants: any thread.

using static LedgerStore.Engine.Format.EvidenceNotice;

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

/// <summary>Who can notice that a record is false.</summary>
[Flags]
internal enum EvidenceNotice
{
    Nobody = 0,
    Start = 1,
    Reader = 2,
    Scrubber = 4,
    Verify = 8,

    /// <summary><c>verify</c> when it is given the anchor.</summary>
    Anchor = 16,
}

/// <summary>One row.</summary>
/// <param name="Type">The number of the record's type in its file; 0 where it has none.</param>
/// <param name="ConfirmedBy">What it is compared with.</param>
/// <param name="NoticedBy">Who notices every one that is false and has any effect.</param>
/// <param name="AlsoBy">Who notices some of them. A start comes before readers and scrubber: what it refuses they do
/// not meet.</param>
internal sealed record EvidenceRow(
    string File,
    string Record,
    int Type,
    EvidenceKind Kind,
    string ConfirmedBy,
    EvidenceNotice NoticedBy,
    EvidenceNotice AlsoBy)
{
    /// <summary>The last two for people.</summary>
    public string Notices => (NoticedBy, AlsoBy) switch
    {
        (EvidenceNotice.Nobody, EvidenceNotice.Nobody) => "nobody",
        (_, EvidenceNotice.Nobody) => Text(NoticedBy),
        (EvidenceNotice.Nobody, _) => "in part: " + Text(AlsoBy),
        _ => Text(NoticedBy) + "; in part: " + Text(AlsoBy),
    };

    private static string Text(EvidenceNotice who) => string.Join(
        ", ",
        Enum.GetValues<EvidenceNotice>().Where(one => one != EvidenceNotice.Nobody && who.HasFlag(one))
            .Select(static one => one.ToString().ToLowerInvariant()));
}

/// <summary>The table.</summary>
internal static class EvidenceTable
{
    public static IReadOnlyList<EvidenceRow> Rows { get; } =
    [
        new("store.json", "store id, public name, incarnation, created", 0, EvidenceKind.Claim,
            "the newest `store` entry of `_audit`",
            Verify,
            Start),
        new("catalog", "CREATED", (int)CatalogRecordType.Created, EvidenceKind.Claim,
            "`ledger` \"created\" or \"adopted\"",
            Verify,
            Start | Scrubber),
        new("catalog", "FROZEN", (int)CatalogRecordType.Frozen, EvidenceKind.Claim,
            "`ledger` \"frozen\"",
            Verify,
            Start | Scrubber),
        new("catalog", "RETENTION", (int)CatalogRecordType.Retention, EvidenceKind.Claim,
            "`retention`; the newest counts",
            Verify,
            Start | Scrubber),
        new("catalog", "SAID", (int)CatalogRecordType.Said, EvidenceKind.Cache,
            "the entry it names",
            Verify,
            Start | Scrubber),
        new("catalog", "SETTLED", (int)CatalogRecordType.Settled, EvidenceKind.Cache,
            "the search for a change that a crash left undone",
            Verify,
            Start),
        new("catalog", "FACTS", (int)CatalogRecordType.Facts, EvidenceKind.Cache,
            "the entry it names; without it all of `_audit` is searched",
            Verify,
            Start),
        new("state.log", "SEALED", (int)StateRecordType.Sealed, EvidenceKind.Cache,
            "the tree, the file and its entries",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "FLUSHED", (int)StateRecordType.Flushed, EvidenceKind.Claim,
            "every signed checkpoint: none is larger",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "PRODUCER", (int)StateRecordType.Producer, EvidenceKind.Cache,
            "the entries of that identity and producer",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "CHECKPOINT", (int)StateRecordType.Checkpoint, EvidenceKind.Evidence,
            "its signature",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "TIER", (int)StateRecordType.Tier, EvidenceKind.Claim,
            "the payload has the local hashes; `tombstone` where it expired",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "TOMBSTONE", (int)StateRecordType.Tombstone, EvidenceKind.Claim,
            "`tombstone` in the entry it names, signed",
            Nobody,
            Start | Reader | Scrubber | Verify),
        new("state.log", "HOLD", (int)StateRecordType.Hold, EvidenceKind.Claim,
            "`hold`; a hold counts at once, a release as `_audit` says",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "EXPIRY", (int)StateRecordType.ExpiryProgress, EvidenceKind.Cache,
            "the time since entries were found due",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "EXPIRING", (int)StateRecordType.Expiring, EvidenceKind.Cache,
            "the search for an unfinished tombstone",
            Verify,
            Start | Reader | Scrubber),
        new("state.log", "NOTICE", (int)StateRecordType.Notice, EvidenceKind.Claim,
            "`expiry_notice` in the entry it names, received a day before",
            Verify,
            Start | Reader | Scrubber),
        new("keys", "KEY", (int)KeyRecordType.Key, EvidenceKind.Claim,
            "the statement that both keys signed; `key`",
            Start,
            Nobody),
        new("keys", "ROTATED", (int)KeyRecordType.Rotated, EvidenceKind.Evidence,
            "the signatures of both keys",
            Verify,
            Start | Scrubber),
        new("keys", "ANCHOR_MISSING", (int)KeyRecordType.AnchorMissing, EvidenceKind.Claim,
            "`lifecycle` \"anchor missing\"",
            Verify,
            Start),
        new("keys", "SCHEME_KEY", (int)KeyRecordType.SchemeKey, EvidenceKind.Claim,
            "the statement that both keys signed; `key`",
            Nobody,
            Start | Scrubber | Verify),
        new("journal", "APPEND", (int)SectionType.Append, EvidenceKind.Evidence,
            "the checkpoint that covers it",
            Verify,
            Start | Reader | Scrubber),
        new("journal", "CHECKPOINT", (int)SectionType.Checkpoint, EvidenceKind.Evidence,
            "its signature",
            Verify,
            Start),
        new("journal", "first page of a file", 0, EvidenceKind.Cache,
            "store.json, the file's name and its length",
            Verify,
            Start),
        new("journal", "header of a frame", 0, EvidenceKind.Cache,
            "the frames around it; its time is that of an entry",
            Verify,
            Start | Reader | Scrubber),
        new("segments", "header, directory, footer, level-1 tile, times of blocks", 0, EvidenceKind.Cache,
            "the entries and the tree",
            Verify,
            Start | Reader | Scrubber),
        new("segments", "block: entries", 0, EvidenceKind.Evidence,
            "the checkpoint that covers them",
            Verify,
            Start | Reader | Scrubber),
        new("segments", "block: expired, elsewhere", 0, EvidenceKind.Claim,
            "as TIER and TOMBSTONE",
            Verify,
            Start | Reader | Scrubber),
        new("anchor", "records", 0, EvidenceKind.Evidence,
            "their signatures, and their order",
            Anchor,
            Start),
        new("anchor", "policy copy", 0, EvidenceKind.Cache,
            "`policy` entries: their hashes are a chain",
            Start,
            Nobody),
        new("ledgers", "damage note", 0, EvidenceKind.Claim,
            "it only makes a ledger read-only",
            Start,
            Reader | Scrubber),
        new("others", "LOCK, reserve, spares, quarantine", 0, EvidenceKind.Cache,
            "nothing: they say nothing",
            Nobody,
            Start),
    ];
}
