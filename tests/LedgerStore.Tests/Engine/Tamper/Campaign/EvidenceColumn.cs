// Compares who noticed the campaign's forgeries with the evidence table: whoever it says always notices did, each time.
// Pure; any thread.

using LedgerStore.Engine.Format;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static class EvidenceColumn
{
    private const string Times = "header, directory, footer, level-1 tile, times of blocks";

    /// <summary>The row that says who must notice a forgery; null for pairs and for what is done to whole files.
    /// </summary>
    public static EvidenceRow? RowOf(Forgery forgery)
    {
        string? record = forgery.File switch
        {
            RecordShapes.Store => "store id, public name, incarnation, created",
            RecordShapes.Anchor => "records",
            RecordShapes.Journal when forgery.Record == "frame" => "header of a frame",
            RecordShapes.Journal when forgery.Record == "file" => "first page of a file",
            RecordShapes.Segments when forgery.Record is "chunks" or "level-0 tile" => "block: entries",
            RecordShapes.Segments when forgery.Name.Contains(": flags ", StringComparison.Ordinal) =>
                "block: expired, elsewhere",
            RecordShapes.Segments => Times,
            _ => forgery.Record,
        };
        return EvidenceTable.Rows.SingleOrDefault(row => row.File == forgery.File && row.Record == record);
    }

    /// <summary>Who noticed, in the table's words.</summary>
    public static EvidenceNotice Of(Verdict verdict) =>
        (verdict.HasStartRefused ? EvidenceNotice.Start : EvidenceNotice.Nobody)
        | (verdict.IsReaderRefused ? EvidenceNotice.Reader : EvidenceNotice.Nobody)
        | (verdict.Noticed.HasFlag(Notice.Scrubber) ? EvidenceNotice.Scrubber : EvidenceNotice.Nobody)
        | (verdict.Noticed.HasFlag(Notice.Verify) ? EvidenceNotice.Verify
            : verdict.Noticed.HasFlag(Notice.Anchor) ? EvidenceNotice.Anchor : EvidenceNotice.Nobody);

    /// <summary>Cells that are not what was seen.</summary>
    public static IEnumerable<string> Broken(IReadOnlyList<(Forgery Forgery, Verdict Verdict)> done)
    {
        foreach ((Forgery forgery, Verdict verdict) in done.Where(static one => !one.Verdict.IsHarmless))
        {
            if (RowOf(forgery) is not { } row)
            {
                continue;
            }

            EvidenceNotice missing = row.NoticedBy & ~Of(verdict);
            if (missing != EvidenceNotice.Nobody && !IsEarlier(forgery, verdict))
            {
                yield return $"{row.File} {row.Record}: {missing} must notice, and does not: "
                    + CampaignRun.Describe(forgery, verdict);
            }
        }
    }

    /// <summary>The journal's end was taken away after a crash: what is left is the store of a moment before, to the
    /// byte, if nothing newer had come into other files yet. Who kept a checkpoint or has the anchor sees a rollback,
    /// and nobody else can.</summary>
    private static bool IsEarlier(Forgery forgery, Verdict verdict) =>
        forgery is { File: RecordShapes.Journal, IsAfterCrash: true }
        && forgery.Name.Contains("and all behind it left out", StringComparison.Ordinal)
        && verdict.Noticed.HasFlag(Notice.Kept | Notice.Anchor);
}
