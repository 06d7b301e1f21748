// A store with small files on a small disk, until the disk is full; and what must be there afterwards.
// On the main thread.
using System.Globalization;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;

namespace LedgerStore.CrashProbe;

internal static class FullDisk
{
    private const int RecordBytes = 1000;
    private const int BatchRecords = 64;
    private const int BatchesMore = 100;

    // A batch that is in a frame which finds no space is neither refused nor acknowledged: it waits for space.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Appends until it is refused, reads everything, and waits, or makes room and goes on.</summary>
    public static async Task<int> FillAsync(string directory, string ballast, bool mustFree)
    {
        using (Store store = Open(directory, isReadOnly: false))
        {
            Ledger ledger = store.GetOrCreateLedger("probe");
            List<Task<AppendResult>> held = await AppendUntilFullAsync(ledger);
            Say("full", ledger.Size);
            await ReadAllAsync(ledger, ledger.Size);
            Say("read", ledger.Size);
            if (!mustFree)
            {
                Say("waiting", held.Count);
                await Task.Delay(Timeout.Infinite);
            }

            await Task.Run(() => File.Delete(ballast));
            await AppendAgainAsync(ledger);
            foreach (Task<AppendResult> answer in held)
            {
                Say("held and acknowledged", (await answer).FirstIndex);
            }

            for (int i = 0; i < BatchesMore; i++)
            {
                Acknowledge(await AppendAsync(ledger));
            }
        }

        Console.WriteLine("closed");
        return 0;
    }

    /// <summary>Opens what is left: nothing that was acknowledged may be missing.</summary>
    public static async Task<int> CheckAsync(string directory, long acknowledged, bool isReadOnly)
    {
        using Store store = Open(directory, isReadOnly);
        Ledger ledger = store.GetLedger("probe");
        if (ledger.Size < acknowledged)
        {
            Say("lost entries behind", ledger.Size);
            return 1;
        }

        await ReadAllAsync(ledger, ledger.Size);
        Say("read", ledger.Size);
        try
        {
            Task<AppendResult> answer = AppendAsync(ledger);
            if (await Task.WhenAny(answer, Task.Delay(s_patience)) == answer)
            {
                Acknowledge(await answer);
            }
            else
            {
                Console.WriteLine("held");
            }

            return 0;
        }
        catch (StoreException refused)
        {
            // The disk is full, or must not be written; nothing else.
            Console.WriteLine($"refused {refused.Reason}");
            return refused.Reason == (isReadOnly ? StoreReason.LedgerReadOnly : StoreReason.DiskFull) ? 0 : 2;
        }
    }

    private static Store Open(string directory, bool isReadOnly) => Store.Open(
        new StoreOptions
        {
            Directory = directory,
            JournalBudgetBytes = 8 << 20,
            ReserveBytes = 1 << 20,
            CacheBytes = 1 << 20,
            ReadOnly = isReadOnly,
        },
        new StoreTuning { JournalFileBytes = 2 << 20, BufferBytes = 256 << 10, BufferCount = 3 },
        new LinuxFileSystem());

    /// <returns>Batches that were taken, and are not acknowledged yet.</returns>
    private static async Task<List<Task<AppendResult>>> AppendUntilFullAsync(Ledger ledger)
    {
        List<Task<AppendResult>> held = [];
        while (true)
        {
            Task<AppendResult> answer = AppendAsync(ledger);
            try
            {
                if (await Task.WhenAny(answer, Task.Delay(s_patience)) == answer)
                {
                    Acknowledge(await answer);
                }
                else
                {
                    held.Add(answer);
                }
            }
            catch (StoreException full) when (full.Reason == StoreReason.DiskFull)
            {
                return held;
            }
        }
    }

    /// <summary>Somebody has made room: the store finds out by itself.</summary>
    private static async Task AppendAgainAsync(Ledger ledger)
    {
        while (true)
        {
            try
            {
                Acknowledge(await AppendAsync(ledger));
                Say("resumed", ledger.Size);
                return;
            }
            catch (StoreException full) when (full.Reason == StoreReason.DiskFull)
            {
                await Task.Delay(s_pause);
            }
        }
    }

    /// <summary>Every record says by its bytes in which batch, and where in it, it was sent.</summary>
    private static Task<AppendResult> AppendAsync(Ledger ledger)
    {
        byte[] payload = new byte[BatchRecords * RecordBytes];
        int[] lengths = new int[BatchRecords];
        Array.Fill(lengths, RecordBytes);
        for (int i = 0; i < BatchRecords; i++)
        {
            Fill(payload.AsSpan(i * RecordBytes, RecordBytes), i);
        }

        return ledger.AppendAsync(new RecordBatch { Lengths = lengths, Payload = payload }).AsTask();
    }

    /// <summary>Bytes that do not compress: the same for the same place in a batch.</summary>
    private static void Fill(Span<byte> record, int place) => new Random(place).NextBytes(record);

    private static async Task ReadAllAsync(Ledger ledger, long size)
    {
        byte[] expected = new byte[RecordBytes];
        long next = 0;
        await foreach (EntrySlice slice in ledger.ReadAsync(0, size))
        {
            for (int i = 0; i < slice.Count; i++, next++)
            {
                Fill(expected, (int)(next % BatchRecords));
                if (!slice.Record(i).SequenceEqual(expected))
                {
                    throw new InvalidOperationException($"entry {next} has other bytes");
                }
            }
        }

        if (next != size)
        {
            throw new InvalidOperationException($"reading ended at {next} of {size}");
        }
    }

    private static void Acknowledge(in AppendResult result) => Say("acknowledged", result.FirstIndex + result.Count);

    private static void Say(string what, long number)
    {
        // One write call for each line: what was printed is true, whatever happens to the process next.
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {number}"));
        Console.Out.Flush();
    }
}
