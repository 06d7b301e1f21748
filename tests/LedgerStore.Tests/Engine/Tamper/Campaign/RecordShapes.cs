// Every type of record, with its fields: what the campaign forges. A test asks for a shape for each row of the
// evidence table and for each member of the types of records. Immutable.

using static LedgerStore.Tests.Engine.Tamper.Campaign.FieldKind;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static class RecordShapes
{
    public const string Catalog = "catalog";
    public const string State = "state.log";
    public const string Keys = "keys";
    public const string Store = "store.json";
    public const string Journal = "journal";
    public const string Anchor = "anchor";
    public const string Segments = "segments";

    public static IReadOnlyList<RecordShape> All { get; } =
    [
        new(Store, 0, "store.json", new("store id", Id), new("incarnation", Id), new("created", I64),
            new("public name", Text)),
        new(Catalog, 1, "CREATED", new("ledger", U32), new("time", I64), new("flags", U32), new("name", Text),
            new("origin", Text)),
        new(Catalog, 2, "FROZEN", new("ledger", U32), new("time", I64), new("reason", Text)),
        new(Catalog, 3, "RETENTION", new("ledger", U32), new("version", U32), new("warm", I64), new("cold", I64),
            new("expire", I64), new("bytes", I64), new("floor", I64), new("fill", I64)),
        new(Catalog, 4, "SAID", new("ledger", U32), new("about", U32), new("audit", I64)),
        new(Catalog, 5, "SETTLED", new Field("audit", I64)),
        new(Catalog, 6, "FACTS", new Field("audit", I64)),
        new(State, 1, "SEALED", new("segment", I64), new("generation", U32), new("bytes", I64), new("first time", I64),
            new("last time", I64), new("root", Hash)),
        new(State, 2, "FLUSHED", new("size", I64), new("segment", I64), new("generation", U32),
            new("last time", I64)),
        new(State, 3, "PRODUCER", new("identity", Text), new("producer", Text), new("sequence", I64),
            new("answers", Answers)),
        new(State, 4, "CHECKPOINT", new("size", I64), new("root", Hash), new("note", Rest)),
        new(State, 16, "TIER", new("segment", I64), new("generation", U32), new("tier", U8), new("bytes", I64),
            new("cold bytes", I64), new("location", Text)),
        new(State, 17, "TOMBSTONE", new("first", I64), new("count", I64), new("audit", I64), new("time", I64),
            new("reason", Text)),
        new(State, 18, "HOLD", new("id", Text), new("first", I64), new("count", I64), new("placed", I64),
            new("released", I64), new("by", Text), new("reason", Text)),
        new(State, 19, "EXPIRY", new("end", I64), new("steady", I64)),
        new(State, 20, "EXPIRING", new("first", I64), new("count", I64), new("audit", I64)),
        new(State, 21, "NOTICE", new("first", I64), new("count", I64), new("audit", I64)),
        new(Keys, 1, "KEY", new("number", U32), new("time", I64), new("key", Hash)),
        new(Keys, 2, "ROTATED", new("number", U32), new("ledger", U32), new("size", I64), new("root", Hash),
            new("note", Note), new("statement", Rest)),
        new(Keys, 3, "ANCHOR_MISSING", new Field("time", I64)),
        new(Keys, 4, "SCHEME_KEY", new("number", U32), new("time", I64), new("scheme", U32), new("key", Hash)),
        new(Journal, 1, "APPEND", new("type", U8), new("flags", U8), new("zero", U16), new("ledger", U32),
            new("index", I64), new("count", U32), new("bytes", U32), new("sequence", I64), new("time", I64),
            new("fingerprint", Id), new("zeros", I64), new("entries", Rest)),
        new(Journal, 2, "CHECKPOINT", new("type", U8), new("zero", U8), new("zero 2", U16), new("ledger", U32),
            new("size", I64), new("zero 3", U32), new("bytes", U32), new("zeros", I64), new("root", Hash),
            new("note", Rest)),
        new(Journal, 100, "frame", new("kind", U16), new("nonce", I64), new("number", I64), new("durable", I64),
            new("flushed", I64), new("time", I64)),
        new(Journal, 101, "file", new("store id", Id), new("number", I64), new("nonce", I64), new("bytes", I64)),
        new(Anchor, 0, "record", new("ledger", U32), new("size", I64), new("root", Hash), new("note", Rest)),
        new(Segments, 1, "header", new("magic", I64), new("version", U32), new("ledger", U32), new("store id", Id),
            new("segment", I64), new("generation", U32), new("zero", U32), new("created", I64), new("zero 2", U32)),
        new(Segments, 2, "block header", new("magic", U32), new("version", U16), new("flags", U16),
            new("segment", I64), new("ledger", U32), new("bundle", U16), new("entries", U16), new("bytes", U32),
            new("stored", U32), new("first time", I64), new("last time", I64), new("chunks", U32),
            new("tile crc", U32), new("zero", U32)),
        new(Segments, 3, "directory row", new("offset", I64), new("stored", U32), new("bytes", U32),
            new("first time", I64), new("last time", I64), new("entries", U32), new("zero", U32)),
        new(Segments, 4, "footer", new("magic", I64), new("version", U32), new("ledger", U32), new("store id", Id),
            new("segment", I64), new("generation", U32), new("entries", U32), new("root", Hash),
            new("first time", I64), new("last time", I64), new("tile crc", U32), new("directory crc", U32),
            new("directory", I64), new("length", I64), new("zero", U32)),
        new(Segments, 5, "level-1 tile", new("first", Hash), new("rest", Rest)),
        new(Segments, 6, "level-0 tile", new("first", Hash), new("rest", Rest)),
        new(Segments, 7, "chunks", new Field("bytes", Rest)),
    ];

    public static RecordShape? Find(string file, int type) => All.FirstOrDefault(
        shape => shape.File == file && shape.Type == type);
}
