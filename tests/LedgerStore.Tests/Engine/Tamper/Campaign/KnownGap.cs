// What `verify` does not notice, each with its reason: docs/SECURITY.md names them, and nothing else may go by. Wrong
// bytes, lost payload, a crash or a wait without end are never among them. Immutable.

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>Something that is known to go by.</summary>
/// <param name="What">In the page's words.</param>
/// <param name="Covers">Whether a forgery is one of these, by what came of it.</param>
internal sealed record KnownGap(string What, string Reason, Func<Forgery, Verdict, bool> Covers)
{
    private static readonly string[] s_silent = ["reserve", "spare", "LOCK", "quarantine", "data/cold:", ".new"];

    public static IReadOnlyList<KnownGap> All { get; } =
    [
        new(
            "An object that stands in the way",
            "LOCK, `reserve`, spare journal files and directories of the store say nothing, so `verify` does "
            + "not look at them. A pipe, a link, a device or a directory in their place keeps the store from "
            + "starting, and the start says which.",
            static (forgery, verdict) => verdict is { HasStartRefused: true, IsReaderRefused: false, Believed: "" }
                && forgery.File is "a file" or "a strange object" or "a directory"
                && s_silent.Any(name => forgery.Name.Contains(name, StringComparison.Ordinal))),
        new(
            "A note that a ledger was found damaged",
            "it makes the ledger read-only, which the start, status and every append say, and nothing else: what can "
            + "be read is still compared with what was signed.",
            static (forgery, verdict) => forgery.Record == "damage note" && verdict.HasStartRefused),
        new(
            "Which key the store is to be started with",
            "the key log says it, so that a start with another key is noticed. Whoever edits that keeps the "
            + "store from starting, and the start says so. The keys that `verify` trusts come from elsewhere.",
            static (forgery, verdict) => forgery is { File: RecordShapes.Keys, Record: "KEY" or "SCHEME_KEY" }
                && verdict is { HasStartRefused: true, Believed: "" }),
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
