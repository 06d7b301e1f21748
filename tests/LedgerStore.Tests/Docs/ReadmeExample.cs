// The README's example, compiled like any other code. ReadmeExampleTests runs it and compares the README with it.

using System.Text;
using LedgerStore.Engine;

namespace LedgerStore.Tests.Docs;

internal static class ReadmeExample
{
    public static async Task Run(string directory)
    {
        // README begins
        using Store store = Store.Open(new StoreOptions { Directory = directory });
        Ledger ledger = store.GetOrCreateLedger("payments");

        AppendResult stored = await ledger.AppendAsync("anna approved invoice 7"u8);   // durable when this returns
        Console.WriteLine($"entry {stored.FirstIndex}");

        await foreach (EntrySlice slice in ledger.ReadAsync(first: 0, count: 100))
        {
            for (int i = 0; i < slice.Count; i++)
            {
                Console.WriteLine(Encoding.UTF8.GetString(slice.Record(i)));
            }
        }

        // README ends
    }
}
