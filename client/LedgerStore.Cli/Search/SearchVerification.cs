// Verifies the file of a search, without a server. One thread.
using LedgerStore.Client;
using LedgerStore.Engine;

namespace LedgerStore.Cli;

/// <summary>Verifies answers that were kept.</summary>
internal static class SearchVerification
{
    private const int FileBytesMax = 1 << 30;

    public static int Run(Run run, string file, OfflineTrust trust)
    {
        byte[] bytes = ForeignFile.ReadNamed(file, FileBytesMax);
        return OfflineReport.Guard(run, file, () =>
        {
            ulong found = 0;
            ulong excluded = 0;
            List<string> missing = [];
            SearchedQuestion asked = SearchProof.Verify(
                bytes,
                (origin, note) => trust.Open(origin, note.Span, []),
                seen =>
                {
                    if (seen is not SearchedRange part)
                    {
                        found++;
                        return;
                    }

                    excluded += part.Excluded;
                    missing.AddRange(part.Expired.Select(static one => $"{Said(one)} expired"));
                    missing.AddRange(part.Unreadable.Select(static one => $"{Said(one)} could not be read"));
                });
            return OfflineReport.Verified(
                run,
                file,
                trust,
                json =>
                {
                    json.WriteString("ledger", asked.Ledger);
                    json.WriteNumber("first_index", asked.First);
                    json.WriteNumber("count", asked.Count);
                    json.WriteNumber("found", found);
                    json.WriteNumber("excluded", excluded);
                },
                [
                    $"{asked.Ledger}: {string.Join(' ', asked.Clauses.Select(SafeText.Line))}",
                    $"{found} of {asked.Count} entries from {asked.First} on, complete; {excluded} ruled out by the "
                        + "index",
                    .. missing,
                ]);
        });
    }

    private static string Said((ulong First, ulong Count) range) => EntryStream.Range(range.First, range.Count);
}
