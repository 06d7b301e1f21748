// Proofs from a store: the same whether their hashes are in memory, in the open segment or in sealed ones, and the ones
// that a tree kept as a plain list of leaves gives.

using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class StoreProofsTests : IDisposable
{
    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Proofs_of_small_ledgers_are_those_of_the_naive_tree_at_every_size()
    {
        using Store store = _directory.Open();
        Ledger ledger = store.CreateLedger("small");
        for (int size = 1; size <= 70; size++)
        {
            await SignedDirectory.AppendSigned(ledger, 1);
        }

        NaiveTree tree = await LeavesOf(ledger);
        for (int size = 1; size <= 70; size++)
        {
            for (int index = 0; index < size; index++)
            {
                Assert.Equal(tree.Path(index, size), ledger.ProveInclusion(index, size));
                Assert.Equal(tree.Proof(index + 1, size), ledger.ProveConsistency(index + 1, size));
            }
        }
    }

    [Fact]
    public async Task Sealed_open_and_unwritten_entries_give_the_same_proofs_before_and_after_reopening()
    {
        const int Size = (65_536 * 2) + 1_234;
        Hash256[][] before;
        int[] indexes = [0, 255, 256, 65_535, 65_536, 100_000, 131_071, 131_072, 131_072 + 256, Size - 1];
        using (Store store = _directory.Open())
        {
            Ledger ledger = store.CreateLedger("large");
            for (int left = Size; left > 0; left -= 4096)
            {
                await SignedDirectory.Append(ledger, Math.Min(left, 4096));
            }

            await ledger.WaitForCheckpointAsync(Size);
            before = [.. indexes.Select(index => ledger.ProveInclusion(index, Size))];
            NaiveTree tree = await LeavesOf(ledger);
            Check(tree, ledger, indexes);
        }

        using Store reopened = _directory.Open();
        Ledger again = reopened.GetLedger("large");
        Assert.Equal(before, indexes.Select(index => again.ProveInclusion(index, Size)));
        Check(await LeavesOf(again), again, indexes);

        // A client that believes nothing but the checkpoint computes the same from tiles.
        TileReader reader = new((ulong)Size, again.Checkpoint!.Root, new LedgerTileSource(again), 64);
        foreach (int index in indexes)
        {
            Assert.Equal(InclusionProof.Build((ulong)index, Size, reader), again.ProveInclusion(index, Size));
        }

        reader.VerifyBundle(256, again.TryReadEntryBundle(256, 256)!.Value.Span);
    }

    [Fact]
    public async Task Nothing_beyond_the_checkpoint_is_proven()
    {
        using Store store = _directory.Open();
        Ledger ledger = store.CreateLedger("small");
        await SignedDirectory.AppendSigned(ledger, 5);
        foreach ((long index, long size) in ((long, long)[])[(0, 6), (5, 5), (-1, 5), (0, -1), (0, long.MaxValue)])
        {
            StoreException refused = Assert.Throws<StoreException>(() => ledger.ProveInclusion(index, size));
            Assert.Equal(StoreReason.InvalidArgument, refused.Reason);
        }

        foreach ((long from, long to) in ((long, long)[])[(0, 5), (3, 2), (1, 6), (-1, 5)])
        {
            StoreException refused = Assert.Throws<StoreException>(() => ledger.ProveConsistency(from, to));
            Assert.Equal(StoreReason.InvalidArgument, refused.Reason);
        }

        Assert.Equal(
            StoreReason.InvalidArgument, Assert.Throws<StoreException>(() => ledger.MakeReceipt(5, 5)).Reason);
        Assert.Empty(ledger.ProveConsistency(5, 5));
    }

    [Fact]
    public async Task Readers_of_proofs_and_the_writer_do_not_disturb_each_other()
    {
        using Store store = _directory.Open();
        Ledger ledger = store.CreateLedger("busy");
        await SignedDirectory.AppendSigned(ledger, 1);
        using CancellationTokenSource stop = new();
        Task<int>[] readers =
            [.. Enumerable.Range(0, 3).Select(seed => Task.Run(() => Prove(ledger, seed, stop.Token)))];
        for (int i = 0; i < 200; i++)
        {
            await SignedDirectory.Append(ledger, 700);
        }

        await SignedDirectory.AppendSigned(ledger, 1);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), static proofs => Assert.True(proofs > 0));
    }

    /// <summary>Proves and verifies, against checkpoints as they come.</summary>
    private static int Prove(Ledger ledger, int seed, CancellationToken stop)
    {
        Random random = new(seed);
        PublishedCheckpoint before = ledger.Checkpoint!;
        int proofs = 0;
        while (!stop.IsCancellationRequested)
        {
            PublishedCheckpoint now = ledger.Checkpoint!;
            Hash256[] consistency = ledger.ProveConsistency(before.Size, now.Size);
            ConsistencyProof.Verify((ulong)before.Size, (ulong)now.Size, before.Root, now.Root, consistency);
            long index = random.NextInt64(now.Size);
            Hash256 leaf = ledger.GetLeafHash(index);
            InclusionProof.Verify(
                (ulong)index, (ulong)now.Size, leaf, ledger.ProveInclusion(index, now.Size), now.Root);
            before = now;
            proofs++;
        }

        return proofs;
    }

    private static void Check(NaiveTree tree, Ledger ledger, int[] indexes)
    {
        long size = ledger.Checkpoint!.Size;
        Assert.Equal(tree.Root(0, (int)size), ledger.Checkpoint.Root);
        foreach (int index in indexes)
        {
            Assert.Equal(tree.Path(index, (int)size), ledger.ProveInclusion(index, size));
            Assert.Equal(tree.Proof(index + 1, (int)size), ledger.ProveConsistency(index + 1, size));
        }
    }

    private static async Task<NaiveTree> LeavesOf(Ledger ledger)
    {
        List<Hash256> leaves = [];
        await foreach (EntrySlice slice in ledger.ReadAsync(0, long.MaxValue))
        {
            for (int i = 0; i < slice.Count; i++)
            {
                leaves.Add(MerkleHash.Leaf(slice.Entry(i)));
            }
        }

        return new NaiveTree([.. leaves]);
    }
}
