// Stores of format version 1, as they were written when the format was young: every later version must read them, to
// the byte, and go on with them. One was closed, of one the process was killed while the journal held entries.
// To write new ones (for a new version, never over these): LEDGERSTORE_WRITE_GOLDEN=1.
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Fields;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Engine.Golden;

public sealed class GoldenStoreTests : IDisposable
{
    private const int Batches = 14;
    private readonly string _temporary = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    private static string Folder => Path.Combine(SourceTree.Root, "tests/LedgerStore.Tests/Engine/Golden/v1");

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    [Theory]
    [InlineData("closed")]
    [InlineData("killed")]
    public async Task A_store_of_version_1_is_read_and_goes_on(string name)
    {
        string data = Path.Combine(_temporary, name);
        Copy(Path.Combine(Folder, name), data);
        using (Store store = Open(data))
        {
            await Check(store);

            // An answer of then is still the answer, and the next batch follows.
            AppendResult again = await Send(store.GetLedger("plain"), Batches - 2);
            Assert.True(again.IsDuplicate);
            Assert.Equal(Enumerable.Range(0, Batches - 2).Sum(CountOf), again.FirstIndex);
            AppendResult next = await Send(store.GetLedger("plain"), Batches);
            Assert.False(next.IsDuplicate);
        }

        using Store reopened = Open(data);
        await Check(reopened);
    }

    [Fact]
    public async Task The_same_history_written_today_has_the_same_content()
    {
        string today = Path.Combine(_temporary, "today");
        using Store store = Open(today);
        await Write(store);
        await Check(store);
        string old = Path.Combine(_temporary, "old");
        Copy(Path.Combine(Folder, "closed"), old);
        using Store golden = Open(old);
        Assert.Equal(golden.LedgerNames, store.LedgerNames);
        Assert.Equal(await Content(golden.GetLedger("plain")), await Content(store.GetLedger("plain")));
        Assert.Equal(await Content(golden.GetLedger("salted")), await Content(store.GetLedger("salted")));
    }

    [Fact]
    public async Task Golden_files_are_written_on_request_only()
    {
        if (Environment.GetEnvironmentVariable("LEDGERSTORE_WRITE_GOLDEN") != "1")
        {
            Assert.True(Directory.Exists(Path.Combine(Folder, "closed")), "the golden files are in the repository");
            return;
        }

        string data = Path.Combine(_temporary, "data");
        using (Store store = Open(data))
        {
            await Write(store);
            Copy(data, Path.Combine(Folder, "killed"));
        }

        Copy(data, Path.Combine(Folder, "closed"));
    }

    private static async Task Write(Store store)
    {
        Ledger plain = store.CreateLedger("plain");
        Ledger salted = store.CreateLedger("salted", new LedgerOptions { IsSalted = true });
        for (int batch = 0; batch < Batches; batch++)
        {
            await Send(plain, batch);
            if (batch % 4 == 0)
            {
                await Send(salted, batch / 4);
            }
        }

        await plain.WaitForAsync(plain.Size);
    }

    private static string Record(int batch, int i) => $"golden record {i} of batch {batch}";

    private static int CountOf(int batch) => 15 + (batch * 7 % 23);

    private static ValueTask<AppendResult> Send(Ledger ledger, int batch)
    {
        byte[][] records =
            [.. Enumerable.Range(0, CountOf(batch)).Select(i => Encoding.UTF8.GetBytes(Record(batch, i)))];
        return ledger.AppendAsync(new RecordBatch
        {
            Appender = "spiffe://example.org/golden"u8,
            Producer = "writer"u8,
            FirstSequence = 1 + Enumerable.Range(0, batch).Sum(CountOf),
            ContentType = "text/plain"u8,
            Lengths = records.Select(static r => r.Length).ToArray(),
            Payload = records.SelectMany(static r => r).ToArray(),
        });
    }

    private static async Task Check(Store store)
    {
        Assert.Equal(["_audit", "plain", "salted"], store.LedgerNames);
        await CheckLedger(store.GetLedger("plain"), Batches);
        await CheckLedger(store.GetLedger("salted"), (Batches + 3) / 4);
    }

    private static async Task CheckLedger(Ledger ledger, int batches)
    {
        List<string> content = await Content(ledger);
        int at = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            for (int i = 0; i < CountOf(batch); i++)
            {
                string expected = $"spiffe://example.org/golden writer {at + 1} text/plain {Record(batch, i)}";
                Assert.Equal(expected, content[at++]);
            }
        }
    }

    private static async Task<List<string>> Content(Ledger ledger)
    {
        List<string> content = [];
        await foreach (EntrySlice slice in ledger.ReadAsync(0, long.MaxValue))
        {
            for (int i = 0; i < slice.Count; i++)
            {
                EntryView entry = EntryView.Parse(slice.Entry(i));
                string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
                content.Add($"{Text(entry.Appender)} {Text(entry.Producer)} {entry.Sequence} "
                    + $"{Text(entry.ContentType)} {Text(entry.Payload)}");
            }
        }

        return content;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(from, path);
            if (name == "LOCK")
            {
                // Of the process that has the store open, and made by each that opens it.
                continue;
            }

            string target = Path.Combine(to, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using FileStream source = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using FileStream copy = new(target, FileMode.CreateNew, FileAccess.Write);
            source.CopyTo(copy);
        }

        // Git keeps no empty directories.
        foreach (string needed in (string[])["journal", "ledgers"])
        {
            Directory.CreateDirectory(Path.Combine(to, needed));
        }
    }

    private static Store Open(string data) => Store.Open(
        new StoreOptions
        {
            Directory = data,
            PublicName = "log.example.org",
            JournalBudgetBytes = 4 * 6 * 4096,
            CacheBytes = 1 << 20,
            ReserveBytes = 0,
        },
        new StoreTuning { JournalFileBytes = 6 * 4096, BufferBytes = 4096, BufferCount = 3, HashHelpers = 0 },
        new LinuxFileSystem());
}
