// What `verify` does not notice, each with its reason: docs/SECURITY.md names them, and nothing else may go by. Wrong
// bytes, lost payload, a crash or a wait without end are never among them. Immutable.

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>Something that is known to go by.</summary>
/// <param name="What">In the page's words.</param>
/// <param name="Covers">Whether a forgery is one of these, by what came of it.</param>
internal sealed record KnownGap(string What, string Reason, Func<Forgery, Verdict, bool> Covers)
{
    public static IReadOnlyList<KnownGap> All { get; } =
    [
        new(
            "An object that stands in the way",
            "LOCK, `reserve`, spare journal files and directories of the store say nothing, so `verify` does "
            + "not look at them. A pipe, a link, a device or a directory in their place keeps the store from "
            + "starting, and the start says which.",
            static (forgery, verdict) => verdict is { HasStartRefused: true, Believed: "" }
                && forgery.File is "a file" or "a strange object" or "a directory"
                && (forgery.Name.Contains("reserve", StringComparison.Ordinal)
                    || forgery.Name.Contains("spare", StringComparison.Ordinal)
                    || forgery.Name.Contains("LOCK", StringComparison.Ordinal)
                    || forgery.Name.Contains("quarantine", StringComparison.Ordinal)
                    || forgery.Name.Contains("data/cold:", StringComparison.Ordinal)
                    || forgery.Name.Contains(".new", StringComparison.Ordinal))),
        new(
            "Which key the store is to be started with",
            "the key log says it, so that a start with another key is noticed. Whoever edits that keeps the "
            + "store from starting, and the start says so. The keys that `verify` trusts come from elsewhere.",
            static (forgery, verdict) => forgery.File == RecordShapes.Keys
                && verdict is { HasStartRefused: true, Believed: "" }),
        new(
            "Length and times of a complete segment in `state.log`",
            "they are a cache. A start and readers compare them with the file and refuse what is different; the"
            + " entries that `verify` hashes are sound.",
            static (forgery, verdict) => forgery is { File: RecordShapes.State, Record: "SEALED" or "TIER" }
                && (verdict.HasStartRefused || verdict.IsReaderRefused)),
        new(
            "A policy, a freeze or a hold that a file claims",
            "what is shown of them is what the catalog and `state.log` say. Nothing expires by it: that is "
            + "compared with `_audit` before.",
            static (forgery, verdict) => !verdict.IsReaderRefused
                && (verdict.Believed.Length > 0 || verdict.HasStartRefused)
                && (forgery is { File: RecordShapes.Catalog, Record: "RETENTION" or "FROZEN" or "CREATED" }
                        or { File: RecordShapes.State, Record: "HOLD" }
                    || forgery is { File: "an older copy of one file" })),
        new(
            "What the store remembers of producers",
            "the last sequence and the answers to the last batches are a cache of the entries. Edited, it makes"
            + " the store refuse a producer, or append a repeated batch once more, which the entries show.",
            static (forgery, verdict) => forgery is { File: RecordShapes.State, Record: "PRODUCER" }
                && !verdict.IsReaderRefused),
        new(
            "A tombstone that `state.log` lacks",
            "the entries have expired all the same, `_audit` says so and `verify` finds it there. Readers are "
            + "told that it is not confirmed; the scrubber finds it.",
            static (forgery, verdict) => forgery is { File: RecordShapes.State, Record: "TOMBSTONE" }
                && !verdict.IsReaderRefused),
    ];

    /// <summary>The one that covers what came of a forgery, or of one of a pair; null when none does.</summary>
    public static KnownGap? Find(Forgery forgery, Verdict verdict) => verdict.Broken is not null
        ? null
        : All.FirstOrDefault(gap => gap.Covers(forgery, verdict)
            || forgery.Parts.Any(part => gap.Covers(part, verdict)));
}
