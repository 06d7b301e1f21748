// Searches of a store: what the cover takes of the answer is what is in the ledger, whatever the index is like, and
// every entry is accounted for.
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Fields;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Engine.Indexing;

public sealed class PlainSearchTests() : SearchTests(isSalted: false);

public sealed class SaltedSearchTests() : SearchTests(isSalted: true);

public abstract class SearchTests(bool isSalted) : IAsyncLifetime
{
    // More bundles than one answer is about.
    private const int Segments = 5;
    private const int Size = (Segments * IndexWorld.SegmentEntries) + 300;
    private const int Batch = 8_192;

    private readonly SignedDirectory _directory = new();
    private Store _store = null!;
    private Ledger _ledger = null!;

    public async Task InitializeAsync()
    {
        _store = Open();
        _ledger = _store.CreateLedger("payments", new LedgerOptions { IsSalted = isSalted });
        for (int first = 0; first < Size; first += Batch)
        {
            byte[][] records = [.. Enumerable.Range(first, Math.Min(Batch, Size - first))
                .Select(static index => Encoding.UTF8.GetBytes(IndexWorld.Record(index)))];
            await _ledger.AppendAsync(new RecordBatch
            {
                Lengths = [.. records.Select(static record => record.Length)],
                Payload = [.. records.SelectMany(static record => record)],
            });
        }

        _ledger.SetFields(IndexWorld.Spec.Text, "anna", "a test");
        await IndexedAsync();
    }

    public Task DisposeAsync()
    {
        _store.Dispose();
        _directory.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_answer_is_what_the_ledger_has_whatever_happens_to_the_index()
    {
        await AskAllAsync();
        string[] files = IndexFilesOf(_ledger.Fields!.IndexLedger);
        Assert.Equal(Segments, files.Length);
        _store.Dispose();
        Array.Sort(files, StringComparer.Ordinal);
        byte[][] right = [.. files.Select(File.ReadAllBytes)];
        File.Delete(files[0]);
        Flip(files[1], right[1].Length - 100);
        Flip(files[2], 1_000);
        await File.WriteAllBytesAsync(files[3], right[4]);

        // At once, and when the worker has built them again.
        _store = Open();
        _ledger = _store.GetLedger("payments");
        await AskSomeAsync(isNewestFirst: false);
        while (!files.Zip(right).All(static pair => Has(pair.First, pair.Second)))
        {
            await Task.Delay(50);
        }

        await AskSomeAsync(isNewestFirst: true);
        await AskExpiredAsync(await AskOldSpecAsync());
    }

    private async Task AskAllAsync()
    {
        foreach (bool isNewestFirst in new[] { false, true })
        {
            await AskSomeAsync(isNewestFirst);
            await AskAsync(["who=nobody"], static _ => false, 0, Size, isNewestFirst);
            await AskAsync(["request={r-70000,r-3}"], static index => index is 70_000 or 3, 0, Size, isNewestFirst);
            await AskAsync(["request=r-70000"], static index => index == 70_000, 300, 66_000, isNewestFirst);
        }

        await AskAsync(
            ["@received<2001-01-01T00:00:00Z", "who=rare"], static _ => false, 0, Size, false, isOpaque: false);
        int pages = await AskAsync(["who=anna"], static index => IndexWorld.Who(index) == "anna", 0, Size, true);
        Assert.True(pages > 1, "all bundles are more than one page");
    }

    private Task<int> AskSomeAsync(bool isNewestFirst) => AskAsync(
        ["who=rare"], static index => IndexWorld.Who(index) == "rare", 0, Size, isNewestFirst);

    private async Task<string> AskOldSpecAsync()
    {
        string old = _ledger.Fields!.IndexLedger;
        _ledger.SetFields(IndexWorld.Newer.Text, "anna", "another");
        await AskAsync(["request=r-70000"], static index => index == 70_000, 0, Size, false, index: old);
        return old;
    }

    /// <summary>Whole segments and parts of one go; what is asked then is told with its tombstone.</summary>
    private async Task AskExpiredAsync(string index)
    {
        _ledger.PlaceHold(IndexWorld.SegmentEntries + 1_000, 0, "the rest stays", "legal");
        _ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.Zero });
        const long gone = (IndexWorld.SegmentEntries + 1_000) / 256 * 256;
        while (_ledger.FirstReadable < gone)
        {
            await _ledger.ApplyRetentionAsync();
        }

        string[] going = [.. IndexFilesOf(index).Order(StringComparer.Ordinal).Take(2)];
        while (going.Any(static file => IndexFile.Read(File.ReadAllBytes(file)).HasPages))
        {
            await Task.Delay(50);
        }

        // The file is exchanged a moment before what was kept of it in memory is dropped.
        for (long rounds = _store.IndexStatus.Rounds; _store.IndexStatus.Rounds < rounds + 2;)
        {
            await Task.Delay(50);
        }

        Assert.Equal(gone, _ledger.FirstReadable);
        List<CoverResult> covers = [];
        await AskAsync(
            ["request={r-3,r-70000}"], static entry => entry == 70_000, 0, Size, false, index: index, covers: covers,
            firstReadable: gone);
        Assert.Equal([(0ul, (ulong)gone)], Join(covers.SelectMany(static cover => cover.Expired)));
        Assert.DoesNotContain(covers, static cover => cover.Unreadable.Count > 0);
    }

    private string[] IndexFilesOf(string index) => Directory.GetFiles(
        Path.Combine(_directory.Data, "ledgers", $"{_store.GetLedger(index).Id}", "index"), "*.idx");

    /// <summary>Asks for a range, page by page, and checks each as a client does.</summary>
    /// <returns>How many pages it took.</returns>
    private async Task<int> AskAsync(
        string[] clauses, Func<long, bool> has, long first, long end, bool isNewestFirst, bool isOpaque = true,
        string? index = null, List<CoverResult>? covers = null, long firstReadable = 0)
    {
        index ??= _ledger.Fields!.IndexLedger;
        IndexSpec spec = IndexLedgerName.TryParse(index, out IndexLedgerName name) && name.Names(IndexWorld.Spec)
            ? IndexWorld.Spec
            : IndexWorld.Newer;
        Question question = new(spec, [.. clauses.Select(Clause.Parse)]);
        TreeHead ledger = await TreeAsync("payments");
        TreeHead statements = await TreeAsync(index);
        TreeHead audit = await TreeAsync("_audit");
        SearchPages pages = new(
            question, new CoverTrust("payments", ledger, statements, audit), (ulong)first,
            (ulong)end, isNewestFirst);
        List<long> found = [];
        int count = 0;
        for (; !pages.IsDone; count++)
        {
            LedgerSearch search = _ledger.Ask(
                new SearchQuestion(index, clauses, (long)pages.First, (long)pages.End)
                {
                    IsNewestFirst = isNewestFirst,
                    Size = (long)ledger.Size,
                    IndexSize = (long)statements.Size,
                    AuditSize = (long)audit.Size,
                });
            pages.Begin((ulong)search.First, (ulong)search.End);
            await foreach (SearchAnswer answer in search.Answers)
            {
                found.AddRange(pages.Add(answer).Select(static one => (long)one.Index));
            }

            CoverResult cover = pages.Finish();
            covers?.Add(cover);
        }

        bool IsFound(long entry) =>
            entry >= firstReadable && (has(entry) || (isOpaque && IndexWorld.Record(entry) == "no JSON"));
        IEnumerable<long> wanted = Enumerable.Range((int)first, (int)(end - first)).Select(static i => (long)i)
            .Where(IsFound);
        Assert.Equal(isNewestFirst ? wanted.Reverse() : wanted, found);
        return count;
    }

    private async Task<TreeHead> TreeAsync(string name)
    {
        Ledger ledger = _store.GetLedger(name);
        if (ledger.Size == 0)
        {
            return new TreeHead(ledger.Origin, 0, default);
        }

        PublishedCheckpoint checkpoint = await ledger.WaitForCheckpointAsync(ledger.Size);
        return new TreeHead(ledger.Origin, (ulong)checkpoint.Size, checkpoint.Root);
    }

    private async Task IndexedAsync()
    {
        while (_ledger.Fields!.Indexed < _ledger.Fields.Complete || _ledger.Fields.Complete < Segments)
        {
            await Task.Delay(20);
        }
    }

    private Store Open() => _directory.Open(static options => options with
    {
        Tiering = new TieringOptions
        {
            BytesPerSecond = 1L << 40,
            SecondCheckAfter = TimeSpan.Zero,
        },
    });

    private static List<(ulong First, ulong Count)> Join(IEnumerable<(ulong First, ulong Count)> ranges)
    {
        List<(ulong First, ulong Count)> joined = [];
        foreach ((ulong first, ulong count) in ranges)
        {
            if (joined.Count > 0 && joined[^1].First + joined[^1].Count == first)
            {
                joined[^1] = (joined[^1].First, joined[^1].Count + count);
            }
            else
            {
                joined.Add((first, count));
            }
        }

        return joined;
    }

    private static bool Has(string path, byte[] right) =>
        File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(right);

    private static void Flip(string path, int at)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[at] ^= 4;
        File.WriteAllBytes(path, bytes);
    }
}
