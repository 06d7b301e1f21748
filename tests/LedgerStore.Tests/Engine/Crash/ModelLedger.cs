// What one ledger of a simulated store must hold: every stored entry to the byte, once it was seen, and its tree.
// Owned by one simulation, on one thread.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>The right answer about one ledger.</summary>
internal sealed class ModelLedger(string name, bool isSalted)
{
    // Every perfect subtree over leaves that were seen, by level: computed once, because leaves never change, and
    // when a root is asked for.
    private readonly List<List<Hash256>> _perfect = [[]];

    public string Name { get; } = name;

    public bool IsSalted { get; set; } = isSalted;

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
    public void Learn(ReadOnlySpan<byte> entry) => Seen.Add(entry.ToArray());

    /// <summary>The root over the first entries, all of which were seen: RFC 6962, from the definition.</summary>
    public Hash256 Root(long size)
    {
        HashNew();
        return size == 0 ? MerkleHash.EmptyRoot : RootOf(0, (int)size);
    }

    /// <summary>A copy for another history that begins with the same entries.</summary>
    /// <param name="copies">Takes the copies of all batches.</param>
    public ModelLedger Copy(Dictionary<ModelBatch, ModelBatch> copies, IEnumerable<ModelBatch> open)
    {
        ModelLedger copy = new(Name, IsSalted) { IsCreated = IsCreated, Id = Id, Size = Size };
        copy.Seen.AddRange(Seen);
        copy._perfect.Clear();
        copy._perfect.AddRange(_perfect.Select(static level => new List<Hash256>(level)));
        Dictionary<ModelProducer, ModelProducer> producers = [];
        foreach (ModelProducer producer in Producers)
        {
            producers.Add(producer, producer.CopyWithoutBatches());
            copy.Producers.Add(producers[producer]);
        }

        foreach (ModelBatch batch in Stored.Concat(open.Where(batch => batch.Ledger == this)))
        {
            copies.Add(batch, batch.Copy(copy, batch.Producer is null ? null : producers[batch.Producer]));
        }

        copy.Stored.AddRange(Stored.Select(batch => copies[batch]));
        foreach ((ModelProducer producer, ModelProducer its) in producers)
        {
            its.Batches.AddRange(producer.Batches.Select(batch => copies[batch]));
        }

        return copy;
    }

    /// <summary>Hashes what was seen since the last time: many at once, because one by one it would be a fifth of all
    /// the simulation's work. One of each batch is hashed from the definition too.</summary>
    private void HashNew()
    {
        List<Hash256> leaves = _perfect[0];
        while (leaves.Count < Seen.Count)
        {
            HashLeaves(leaves.Count, Math.Min(Seen.Count - leaves.Count, StoreLimits.EntriesPerBundle));
        }

        for (int level = 0; _perfect[level].Count > 1; level++)
        {
            if (_perfect.Count == level + 1)
            {
                _perfect.Add([]);
            }

            List<Hash256> nodes = _perfect[level + 1];
            int missing = (_perfect[level].Count / 2) - nodes.Count;
            if (missing > 0)
            {
                Hash256[] hashes = new Hash256[missing];
                ReadOnlySpan<Hash256> below = CollectionsMarshal.AsSpan(_perfect[level]);
                below = below.Slice(2 * nodes.Count, 2 * missing);
                Sha256Batch.HashNodes(below, hashes);
                Assert.True(hashes[^1] == MerkleHash.Node(below[^2], below[^1]), "a node is what the definition says");
                nodes.AddRange(hashes);
            }
        }
    }

    private void HashLeaves(int first, int count)
    {
        List<byte[]> entries = Seen.GetRange(first, count);
        byte[] bundle = new byte[entries.Sum(static entry => entry.Length + sizeof(ushort))];
        int end = 0;
        foreach (byte[] entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bundle.AsSpan(end), (ushort)entry.Length);
            entry.CopyTo(bundle, end + sizeof(ushort));
            end += sizeof(ushort) + entry.Length;
        }

        Hash256[] hashes = new Hash256[count];
        Sha256Batch.HashBundle(bundle, hashes);
        Assert.True(hashes[^1] == MerkleHash.Leaf(entries[^1]), "a leaf is what the definition says");
        _perfect[0].AddRange(hashes);
    }

    private Hash256 RootOf(int from, int to)
    {
        int count = to - from;
        if (BitOperations.IsPow2(count))
        {
            int level = BitOperations.Log2((uint)count);
            return _perfect[level][from >> level];
        }

        int split = 1 << BitOperations.Log2((uint)(count - 1));
        return MerkleHash.Node(RootOf(from, from + split), RootOf(from + split, to));
    }
}
