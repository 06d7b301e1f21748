// What one ledger of a simulated store must hold: every stored entry to the byte, once it was seen, and its tree.
// Owned by one simulation, on one thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>The right answer about one ledger.</summary>
internal sealed class ModelLedger(string name, bool isSalted)
{
    private readonly List<Hash256> _leaves = [];

    // Roots of the full bundles, computed once: their leaves never change.
    private readonly List<Hash256> _bundleRoots = [];

    public string Name { get; } = name;

    public bool IsSalted { get; } = isSalted;

    /// <summary>False while nobody was told that it was created.</summary>
    public bool IsCreated { get; set; }

    public uint Id { get; set; }

    public List<ModelProducer> Producers { get; } = [];

    /// <summary>Stored batches, in order.</summary>
    public List<ModelBatch> Stored { get; } = [];

    /// <summary>Entries of the stored batches.</summary>
    public long Size { get; private set; }

    /// <summary>The bytes of the entries that were seen: from then on they may not change.</summary>
    public List<byte[]> Seen { get; } = [];

    /// <summary>The next batch is stored.</summary>
    public void Add(ModelBatch batch, long receivedMicros)
    {
        batch.Fate = BatchFate.Stored;
        batch.FirstIndex = Size;
        batch.ReceivedMicros = receivedMicros;
        Stored.Add(batch);
        Size += batch.Count;
    }

    /// <summary>The batch that holds an entry.</summary>
    public ModelBatch BatchOf(long index)
    {
        int low = 0;
        int high = Stored.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = Stored[middle].FirstIndex <= index ? (middle, high) : (low, middle - 1);
        }

        return Stored[low];
    }

    /// <summary>Remembers the bytes of the next entry that was never seen before.</summary>
    public void Learn(ReadOnlySpan<byte> entry)
    {
        Seen.Add(entry.ToArray());
        _leaves.Add(MerkleHash.Leaf(entry));
    }

    /// <summary>The root over the first entries, all of which were seen: RFC 6962, from the definition.</summary>
    public Hash256 Root(long size)
    {
        while (_bundleRoots.Count < size / StoreLimits.EntriesPerBundle)
        {
            int from = _bundleRoots.Count * StoreLimits.EntriesPerBundle;
            _bundleRoots.Add(RootOf(from, from + StoreLimits.EntriesPerBundle));
        }

        return size == 0 ? MerkleHash.EmptyRoot : RootOf(0, (int)size);
    }

    /// <summary>A copy for another history that begins with the same entries.</summary>
    public ModelLedger Copy()
    {
        ModelLedger copy = new(Name, IsSalted) { IsCreated = IsCreated, Id = Id, Size = Size };
        copy.Stored.AddRange(Stored);
        copy.Seen.AddRange(Seen);
        copy._leaves.AddRange(_leaves);
        copy._bundleRoots.AddRange(_bundleRoots);
        return copy;
    }

    private Hash256 RootOf(int from, int to)
    {
        int count = to - from;
        if (count == 1)
        {
            return _leaves[from];
        }

        int bundle = from / StoreLimits.EntriesPerBundle;
        if (count == StoreLimits.EntriesPerBundle && bundle < _bundleRoots.Count)
        {
            return _bundleRoots[bundle];
        }

        int split = 1;
        while (split * 2 < count)
        {
            split *= 2;
        }

        return MerkleHash.Node(RootOf(from, from + split), RootOf(from + split, to));
    }
}
