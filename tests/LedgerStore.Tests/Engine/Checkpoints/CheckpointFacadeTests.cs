// Checkpoints as the users of a store see them, with real threads on a real file system.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class CheckpointFacadeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private readonly SigningKey _key = SigningKey.Generate();

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_waiter_gets_a_signed_checkpoint_and_a_receipt_that_verifies()
    {
        using Store store = Open();
        Ledger ledger = store.GetOrCreateLedger("payments");
        for (int i = 0; i < 700; i++)
        {
            await ledger.AppendAsync(Encoding.UTF8.GetBytes($"record {i}"));
        }

        PublishedCheckpoint checkpoint = await ledger.WaitForCheckpointAsync(700);

        Assert.True(checkpoint.Size >= 700);
        LogKeySet keys = KeysOf(ledger);
        VerifiedCheckpoint verified = keys.Open(checkpoint.Note.Span, VerifierKeys.None);
        Assert.Equal(checkpoint.Root, verified.Root);
        await foreach (EntrySlice slice in ledger.ReadAsync(0, long.MaxValue))
        {
            for (int i = 0; i < slice.Count; i++)
            {
                Hash256 leaf = MerkleHash.Leaf(slice.Entry(i));
                Receipt receipt = Receipt.Parse(ledger.MakeReceipt(slice.FirstIndex + i, checkpoint.Size));
                receipt.Verify(leaf, verified);
            }
        }
    }

    [Fact]
    public async Task Checkpoints_survive_reopening_and_later_ones_are_consistent_with_them()
    {
        List<PublishedCheckpoint> seen = [];
        for (int run = 0; run < 4; run++)
        {
            using Store store = Open();
            Ledger ledger = store.GetOrCreateLedger("payments");
            Assert.Equal(seen.LastOrDefault()?.Size, ledger.Checkpoint?.Size);
            for (int i = 0; i < 50; i++)
            {
                await Append(ledger, 97);
                seen.Add(await ledger.WaitForCheckpointAsync(ledger.Size));
            }
        }

        using Store last = Open();
        Ledger final = last.GetLedger("payments");
        PublishedCheckpoint newest = final.Checkpoint!;
        foreach (PublishedCheckpoint older in seen)
        {
            ConsistencyProof.Verify(
                (ulong)older.Size,
                (ulong)newest.Size,
                older.Root,
                newest.Root,
                final.ProveConsistency(older.Size, newest.Size));
        }

        Assert.Equal(seen[^1].Size, final.FindCheckpoint(seen[^1].Size)!.Size);
        Assert.Equal(seen[^30].Root, final.FindCheckpoint(seen[^30].Size)!.Root);
    }

    [Fact]
    public async Task A_growing_ledger_is_signed_at_the_interval_and_at_the_end()
    {
        using (Store store = Open())
        {
            Ledger ledger = store.GetOrCreateLedger("payments");
            await Append(ledger, 10);
            await foreach (PublishedCheckpoint checkpoint in ledger.FollowCheckpointsAsync(1))
            {
                Assert.Equal(10, checkpoint.Size);
                break;
            }

            await Append(ledger, 5);
        }

        using Store reopened = Open();
        Assert.Equal(15, reopened.GetLedger("payments").Checkpoint!.Size);
    }

    [Fact]
    public async Task A_store_without_a_key_signs_nothing_and_says_so()
    {
        using Store store = Open(isSigning: false);
        Ledger ledger = store.GetOrCreateLedger("payments");
        await Append(ledger, 10);
        StoreException refused = await Assert.ThrowsAsync<StoreException>(
            () => ledger.WaitForCheckpointAsync(10).AsTask());
        Assert.Equal(StoreReason.SigningStopped, refused.Reason);
        Assert.Null(ledger.Checkpoint);
    }

    [Fact]
    public async Task Tiles_and_bundles_end_where_the_checkpoint_does()
    {
        using Store store = Open();
        Ledger ledger = store.GetOrCreateLedger("payments");
        await Append(ledger, 600);
        PublishedCheckpoint checkpoint = await ledger.WaitForCheckpointAsync(600);
        Assert.Equal(600, checkpoint.Size);

        Assert.Equal(8192, ledger.TryReadTile(0, 1, 256)!.Value.Length);
        Assert.Equal(88 * 32, ledger.TryReadTile(0, 2, 88)!.Value.Length);
        Assert.Null(ledger.TryReadTile(0, 2, 89));
        Assert.Null(ledger.TryReadTile(0, 3, 1));
        Assert.Equal(64, ledger.TryReadTile(1, 0, 2)!.Value.Length);
        Assert.Null(ledger.TryReadTile(1, 0, 3));
        Assert.Null(ledger.TryReadTile(2, 0, 1));
        Assert.Equal(88, EntryBundle.Parse(ledger.TryReadEntryBundle(2, 88)!.Value.Span).Count);
        Assert.Equal(7, EntryBundle.Parse(ledger.TryReadEntryBundle(2, 7)!.Value.Span).Count);
        Assert.Null(ledger.TryReadEntryBundle(2, 89));

        TileReader reader = new(600, checkpoint.Root, new LedgerTileSource(ledger), 16);
        reader.VerifyBundle(2, ledger.TryReadEntryBundle(2, 88)!.Value.Span);
        Assert.Equal(ledger.ProveInclusion(5, 600), InclusionProof.Build(5, 600, reader));
    }

    private static async Task Append(Ledger ledger, int count)
    {
        int[] lengths = new int[count];
        Array.Fill(lengths, 20);
        await ledger.AppendAsync(new RecordBatch { Lengths = lengths, Payload = new byte[20 * count] });
    }

    private LogKeySet KeysOf(Ledger ledger) =>
        LogKeySet.Trust(ledger.Origin, VerifierKey.Parse(LogKeyFile.VerifierKeyOf(ledger.Origin, _key)));

    private Store Open(bool isSigning = true) =>
        Store.Open(
            new StoreOptions
            {
                Directory = Path.Combine(_root, "data"),
                JournalBudgetBytes = 16 << 20,
                ReserveBytes = 1 << 20,
                Signing = isSigning
                    ? new SigningOptions { Key = _key, AnchorPath = Path.Combine(_root, "anchor") }
                    : null,
            },
            new StoreTuning { JournalFileBytes = 4 << 20, BufferBytes = 1 << 20, BufferCount = 3 },
            new LinuxFileSystem());
}
