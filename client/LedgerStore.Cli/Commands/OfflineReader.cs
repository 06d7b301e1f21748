// Reads a data directory without a server, through the engine: it recovers what a crash left, and refuses a directory
// that is in use. One thread.
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Prints entries of a data directory.</summary>
internal static class OfflineReader
{
    public static async Task<int> RunAsync(
        Run run, string directory, string ledgerName, ReadOptions options, EntryPrinter printer)
    {
        // Opening would make a store of any directory.
        if (!File.Exists(Path.Combine(directory, "store.json")))
        {
            throw new UsageException($"{directory} is no data directory: it has no store.json");
        }

        // A reader moves nothing and lets nothing expire.
        using Store store = Store.Open(new StoreOptions
        {
            Directory = Path.GetFullPath(directory),
            Tiering = new TieringOptions { IsAutomatic = false },
        });
        Ledger ledger = store.GetLedger(ledgerName);
        long size = ledger.Size;
        long next = options.FromEnd is { } last
            ? Math.Max(0, size - (long)Math.Min(last, long.MaxValue))
            : (long)Math.Min(options.From, (ulong)size);
        ulong limit = options.Limit == 0 ? ulong.MaxValue : options.Limit;
        while (next < size)
        {
            try
            {
                await foreach (EntrySlice slice in ledger.ReadAsync(next, size - next, run.Cancellation)
                    .ConfigureAwait(false))
                {
                    if (!Print(printer, slice, options, ref limit))
                    {
                        return ExitCode.Done;
                    }

                    next = slice.FirstIndex + slice.Count;
                }
            }
            catch (StoreException gone) when (gone.Reason == StoreReason.Expired)
            {
                foreach (ExpiredSubtree part in ledger.ExpiredSubtrees(next, size))
                {
                    Client.ExpiredRange range = new(
                        (ulong)part.FirstIndex, (ulong)part.Count, part.Root, (ulong)part.Tombstone);
                    EntryStream.Tell(run, printer.Format, printer, range);
                    next = part.FirstIndex + part.Count;
                }
            }
        }

        if (options.Follow)
        {
            throw new UsageException("nothing is appended to a directory that no server has open", "leave out -f");
        }

        return ExitCode.Done;
    }

    /// <returns>False when it was the last one that was asked for.</returns>
    private static bool Print(EntryPrinter printer, in EntrySlice slice, ReadOptions options, ref ulong limit)
    {
        for (int i = 0; i < slice.Count; i++)
        {
            DateTimeOffset received = ReceivedOf(slice.Entry(i));
            if (limit == 0 || received >= options.Until)
            {
                return false;
            }

            if (!(received < options.FromTime))
            {
                printer.Print((ulong)(slice.FirstIndex + i), slice.Entry(i));
                limit--;
            }
        }

        return true;
    }

    private static DateTimeOffset ReceivedOf(ReadOnlySpan<byte> entry) => DateTimeOffset.UnixEpoch.AddTicks(
        (long)EntryView.Parse(entry).ReceivedUnixMicros * TimeSpan.TicksPerMicrosecond);
}
