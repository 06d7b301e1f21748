// Appends small records, one after the other, with the store's own settings. On the main thread.
using System.Globalization;
using System.Text;
using LedgerStore.Engine;

namespace LedgerStore.CrashProbe;

internal static class SmallRecords
{
    public static async Task<int> AppendAsync(string directory, int batches)
    {
        using (Store store = Store.Open(new StoreOptions
        {
            Directory = directory,
            JournalBudgetBytes = 256L << 20,
            ReserveBytes = 1 << 20,
            CacheBytes = 1 << 20,
        }))
        {
            Ledger ledger = store.GetOrCreateLedger("probe");
            Console.WriteLine("opened");
            long size = ledger.Size;
            for (int batch = 0; batch < batches; batch++)
            {
                byte[] record = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"record {size}"));
                AppendResult result = await ledger.AppendAsync(record);

                // One write call for each line: what was printed was acknowledged, whatever happens next.
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"acknowledged {result.FirstIndex}"));
                Console.Out.Flush();
                size = result.FirstIndex + 1;
            }

            Console.WriteLine("closing");
        }

        return 0;
    }
}
