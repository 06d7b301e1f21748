// A store that is opened for reading only: everything that was acknowledged is served, nothing is written.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.ReadOnly;

public sealed class ReadOnlyStoreTests : IDisposable
{
    private const int Records = 700;
    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_serves_everything_and_writes_nothing(bool wasKilled)
    {
        string data = await Make(wasKilled);
        Dictionary<string, string> before = Tree(data);
        using (Store store = OpenToRead(data))
        {
            Assert.True(store.IsReadOnly);
            Ledger ledger = store.GetLedger("payments");
            Assert.Equal(Records, ledger.Size);
            await CheckRecords(ledger);
            CheckProofs(ledger);
            await CheckRefusals(store, ledger);
            Assert.Empty((await store.ScrubAsync()).Findings);
        }

        Assert.Equal(before, Tree(data));

        // And whoever may write finds everything as it was.
        using Store writer = Open(data, isReadOnly: false);
        await CheckRecords(writer.GetLedger("payments"));
        Assert.Equal(Records, (await writer.GetLedger("payments").AppendAsync("one more"u8.ToArray())).FirstIndex);
    }

    [Fact]
    public async Task Following_gives_what_is_there_and_ends_with_the_store()
    {
        string data = await Make(wasKilled: true);
        Store store = OpenToRead(data);
        await using IAsyncEnumerator<EntrySlice> follow =
            store.GetLedger("payments").FollowAsync(0).GetAsyncEnumerator();
        long next = 0;
        while (next < Records)
        {
            Assert.True(await follow.MoveNextAsync());
            next += follow.Current.Count;
        }

        ValueTask<bool> more = follow.MoveNextAsync();
        Assert.False(more.IsCompleted, "nothing more comes");
        store.Dispose();
        StoreException ended = await Assert.ThrowsAsync<StoreException>(async () => await more);
        Assert.Equal(StoreReason.Closed, ended.Reason);
    }

    [Fact]
    public async Task Readers_share_it_and_keep_writers_out()
    {
        string data = await Make(wasKilled: false);
        using (OpenToRead(data))
        using (OpenToRead(data))
        {
            Assert.Equal(
                StoreReason.InUse, Assert.Throws<StoreException>(() => Open(data, isReadOnly: false)).Reason);
        }

        using (Open(data, isReadOnly: false))
        {
            Assert.Equal(StoreReason.InUse, Assert.Throws<StoreException>(() => OpenToRead(data)).Reason);
        }
    }

    [Fact]
    public void It_is_not_created_and_does_not_sign()
    {
        StoreException missing = Assert.Throws<StoreException>(() => OpenToRead(_directory.Beside("nowhere")));
        Assert.Equal(StoreReason.InvalidArgument, missing.Reason);
        Assert.False(Directory.Exists(_directory.Beside("nowhere")));
        StoreException signs = Assert.Throws<StoreException>(() => Store.Open(new StoreOptions
        {
            Directory = _directory.Data,
            ReadOnly = true,
            Signing = _directory.Signing,
        }));
        Assert.Equal(StoreReason.InvalidArgument, signs.Reason);
    }

    [Fact]
    public void Where_nothing_can_be_written_an_ordinary_open_says_what_to_do()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions { Seed = 1 });
        StoreTuning tuning = new() { JournalFileBytes = 4 << 20, BufferBytes = 1 << 20, BufferCount = 3 };
        StoreOptions options = new() { Directory = "/data", JournalBudgetBytes = 16 << 20, ReserveBytes = 0 };
        Store.Open(options, tuning, disk).Dispose();

        disk.IsReadOnly = true;
        StoreException refused = Assert.Throws<StoreException>(() => Store.Open(options, tuning, disk));
        Assert.Equal(StoreReason.StorageFailed, refused.Reason);
        Assert.Contains("ReadOnly", refused.Message, StringComparison.Ordinal);
        Store.Open(options with { ReadOnly = true }, tuning, disk).Dispose();
    }

    /// <summary>A store with a signed ledger, an idle one and a frozen one; closed, or as a kill leaves it: then most
    /// of it is in the journal only.</summary>
    private async Task<string> Make(bool wasKilled)
    {
        string killed = _directory.Beside("killed");
        using (Store store = _directory.Open())
        {
            store.CreateLedger("idle");
            Ledger frozen = store.CreateLedger("frozen");
            await frozen.AppendAsync("the last word"u8.ToArray());
            store.FreezeLedger("frozen", "enough");
            Ledger ledger = store.CreateLedger("payments");
            for (int i = 0; i < Records; i++)
            {
                await ledger.AppendAsync(Encoding.UTF8.GetBytes($"record {i}"));
            }

            await ledger.WaitForCheckpointAsync(Records);
            if (wasKilled)
            {
                // Nothing is under way: what a killed process leaves is what the files say now.
                SignedDirectory.Copy(_directory.Data, killed);
            }
        }

        return wasKilled ? killed : _directory.Data;
    }

    private static async Task CheckRecords(Ledger ledger)
    {
        int next = 0;
        await foreach (EntrySlice slice in ledger.ReadAsync(0, Records))
        {
            for (int i = 0; i < slice.Count; i++)
            {
                Assert.Equal($"record {next++}", Encoding.UTF8.GetString(slice.Record(i)));
            }
        }

        Assert.Equal(Records, next);
    }

    private void CheckProofs(Ledger ledger)
    {
        PublishedCheckpoint newest = ledger.Checkpoint!;
        Assert.Equal(Records, newest.Size);
        VerifierKey key = VerifierKey.Parse(LogKeyFile.VerifierKeyOf(ledger.Origin, _directory.Key));
        LogKeySet.Trust(ledger.Origin, key).Open(newest.Note.Span, VerifierKeys.None);
        foreach (long index in new long[] { 0, 255, 256, Records - 1 })
        {
            Hash256[] proof = ledger.ProveInclusion(index, Records);
            Hash256 leaf = ledger.GetLeafHash(index);
            Assert.True(
                InclusionProof.IsValid((ulong)index, Records, leaf, proof, newest.Root), $"the proof of {index} holds");
        }
    }

    private static async Task CheckRefusals(Store store, Ledger ledger)
    {
        async Task<StoreReason> Reason(Func<Task> change) =>
            (await Assert.ThrowsAsync<StoreException>(change)).Reason;
        Assert.Equal(
            StoreReason.LedgerReadOnly, await Reason(async () => await ledger.AppendAsync("more"u8.ToArray())));
        Assert.Equal(
            StoreReason.LedgerReadOnly,
            await Reason(() =>
            {
                store.CreateLedger("new");
                return Task.CompletedTask;
            }));
        Assert.Equal(
            StoreReason.LedgerReadOnly,
            await Reason(() =>
            {
                store.FreezeLedger("payments", "why not");
                return Task.CompletedTask;
            }));
        Assert.Equal(
            StoreReason.SigningStopped, await Reason(async () => await ledger.WaitForCheckpointAsync(Records + 1)));
        using SigningKey other = SigningKey.Generate();
        Assert.Equal(StoreReason.LedgerReadOnly, await Reason(() => store.RotateKeyAsync(other)));
    }

    private static Store OpenToRead(string data) => Open(data, isReadOnly: true);

    private static Store Open(string data, bool isReadOnly) => Store.Open(
        new StoreOptions
        {
            Directory = data,
            JournalBudgetBytes = 16 << 20,
            ReserveBytes = 1 << 20,
            ReadOnly = isReadOnly,
        },
        new StoreTuning { JournalFileBytes = 4 << 20, BufferBytes = 1 << 20, BufferCount = 3 },
        new LinuxFileSystem());

    /// <summary>Every file and directory: its times, its mode, its bytes.</summary>
    private static Dictionary<string, string> Tree(string data)
    {
        Dictionary<string, string> tree = new(StringComparer.Ordinal);
        foreach (FileSystemInfo info in new DirectoryInfo(data).EnumerateFileSystemInfos(
            "*", SearchOption.AllDirectories).Append(new DirectoryInfo(data)))
        {
            string bytes = info is FileInfo file
                ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.FullName)))
                : "";
#pragma warning disable CA1416 // The tests run where the store does.
            tree.Add(info.FullName, $"{info.LastWriteTimeUtc.Ticks} {info.UnixFileMode} {bytes}");
#pragma warning restore CA1416
        }

        return tree;
    }
}
