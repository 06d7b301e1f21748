// `ledger verify LEDGER --index`: every complete segment is read, its index is built again, and compared with what the
// store signed. What a search by the index left out would be found here. One thread.
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Verifies the index of a server's ledger.</summary>
internal static class IndexVerification
{
    private const ulong SegmentEntries = EntryBounds.EntriesPerSegment;

    /// <param name="evidenceFile">Where to write the proof of a false index; null: it is not kept.</param>
    public static async Task<int> RunAsync(Run run, string ledger, string? evidenceFile)
    {
        using LedgerClient client = run.Connect(Capability.Read);
        Searcher searcher = client.CreateSearcher(ledger);
        Protocol.V1.FieldsInfo? fields = await searcher.GetFieldsAsync(run.Cancellation).ConfigureAwait(false);
        using SearchTrust trust = SearchTrust.TryOpen(run, client, ledger, fields, given: null, out string why)
            ?? throw new UsageException($"the index cannot be compared: {why}");
        try
        {
            ulong end = trust.Fields.Complete * SegmentEntries;
            IndexTally tally = new(ledger, trust.Fields.IndexLedger);
            await ProgressLine.RunAsync(run, $"verify {ledger} --index", end, async progress =>
            {
                await foreach (ComparedSegment segment in searcher
                    .CompareIndexAsync(Asked(trust, 0, end), run.Cancellation).ConfigureAwait(false))
                {
                    tally.Add(segment);
                    progress.Tell(tally.Segments * SegmentEntries, end, () => $"index of {tally.Segments} segments");
                }

                return ExitCode.Done;
            }).ConfigureAwait(false);
            if (tally.FirstFalse is { } bad && evidenceFile is not null)
            {
                await ConvictAsync(run, searcher, trust, bad.Segment, evidenceFile).ConfigureAwait(false);
            }

            return tally.Print(run, trust.Index.Origin);
        }
        catch (LedgerViolationException violation)
        {
            ViolationReport.Print(run, violation, evidenceFile);
            return ExitCode.NotVerified;
        }
    }

    /// <summary>Keeps the segment with the statement about it: whoever has the public keys finds both signed, and that
    /// they contradict each other.</summary>
    private static async Task ConvictAsync(
        Run run, Searcher searcher, SearchTrust trust, ulong segment, string path)
    {
        using (Stream file = File.Create(path))
        using (SearchProofWriter proof = new(file))
        {
            SearchOptions asked = Asked(trust, segment * SegmentEntries, (segment + 1) * SegmentEntries, proof);
            await foreach (ComparedSegment _ in searcher.CompareIndexAsync(asked, run.Cancellation)
                .ConfigureAwait(false))
            {
            }
        }

        run.Note($"the entries and the statement, both signed, are in {path}: `ledger verify --search` shows to "
            + "anybody that they contradict each other");
    }

    private static SearchOptions Asked(SearchTrust trust, ulong first, ulong end, SearchProofWriter? proof = null) =>
        new()
        {
            Clauses = [],
            Fields = trust.Fields,
            Ledger = trust.Ledger,
            Index = trust.Index,
            Audit = trust.Audit,
            From = first,
            End = end,
            Proof = proof,
        };
}
