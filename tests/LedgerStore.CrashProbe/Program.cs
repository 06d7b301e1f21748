// A small program that appends to a store and says what was acknowledged: strace makes its system calls fail, or kills
// it, and the test looks at what is left. Usage: LedgerStore.CrashProbe DIRECTORY BATCHES
using System.Globalization;
using System.Text;
using LedgerStore.Engine;

string directory = args[0];
int batches = int.Parse(args[1], CultureInfo.InvariantCulture);
try
{
    using Store store = Store.Open(new StoreOptions
    {
        Directory = directory,
        JournalBudgetBytes = 256L << 20,
        ReserveBytes = 1 << 20,
        CacheBytes = 1 << 20,
    });
    Ledger ledger = store.GetOrCreateLedger("probe");
    Console.WriteLine("opened");
    long size = ledger.Size;
    for (int batch = 0; batch < batches; batch++)
    {
        byte[] record = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"record {size}"));
        AppendResult result = await ledger.AppendAsync(record);

        // One write call for each line: what was printed was acknowledged, whatever happens to the process next.
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"acknowledged {result.FirstIndex}"));
        Console.Out.Flush();
        size = result.FirstIndex + 1;
    }

    Console.WriteLine("closing");
}
catch (StoreException refused)
{
    Console.WriteLine($"refused {refused.Reason}");
    return 3;
}

return 0;
