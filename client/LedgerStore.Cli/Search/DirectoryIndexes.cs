// `ledger verify --data DIR --index`: the index of every complete segment of a directory that was verified, built again
// from its entries. The directory is opened for reading only, and stays as it is. One thread.
using LedgerStore.Engine;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Compares the indexes of a data directory.</summary>
internal static class DirectoryIndexes
{
    private const string AuditLedger = "_audit";

    /// <returns>One for each index of each ledger.</returns>
    public static async Task<IReadOnlyList<IndexTally>> CompareAsync(
        Run run, string directory, string? coldDirectory, IColdStore? cold)
    {
        using Store store = Store.Open(new StoreOptions
        {
            Directory = Path.GetFullPath(directory),
            ReadOnly = true,
            ColdDirectory = coldDirectory,
            Cold = cold,
            Scrub = new ScrubOptions { IsContinuous = false },
            Tiering = new TieringOptions { IsAutomatic = false },
        });
        long audit = SignedSizeOf(store, AuditLedger);
        List<IndexTally> tallies = [];
        foreach (Ledger ledger in store.LedgerNames.Where(static name => name[0] != '_')
            .Select(store.GetLedger))
        {
            foreach (LedgerFields fields in ledger.AllFields)
            {
                long end = Math.Min(fields.Complete * EntryBounds.EntriesPerSegment, SizeOf(ledger));
                tallies.Add(await CompareAsync(run, ledger, fields, new SearchQuestion(fields.IndexLedger, [], 0, end)
                {
                    Size = SizeOf(ledger),
                    IndexSize = SignedSizeOf(store, fields.IndexLedger),
                    AuditSize = audit,
                }).ConfigureAwait(false));
            }
        }

        return tallies;
    }

    private static async Task<IndexTally> CompareAsync(
        Run run, Ledger ledger, LedgerFields fields, SearchQuestion asked)
    {
        IndexTally tally = new(ledger.Name, fields.IndexLedger);
        IndexComparison comparison = new(IndexSpec.Parse(fields.Spec));
        for (SearchQuestion next = asked; next.First < asked.End;)
        {
            LedgerSearch part = ledger.Ask(next);
            await foreach (SearchAnswer answer in part.Answers.WithCancellation(run.Cancellation).ConfigureAwait(false))
            {
                tally.Add(comparison.Add(answer));
            }

            next = next with { First = part.End };
        }

        tally.Add(comparison.Finish());
        return tally;
    }

    private static long SizeOf(Ledger ledger) => ledger.Checkpoint?.Size ?? 0;

    private static long SignedSizeOf(Store store, string name) => SizeOf(store.GetLedger(name));
}
