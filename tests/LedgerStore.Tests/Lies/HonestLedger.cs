// A ledger of given entries, and what an honest server answers about it. Everything is a function of the entries, the
// keys and the size that is asked for: two runs get the same bytes.
// Immutable; any thread.

using System.Collections.Concurrent;
using Google.Protobuf;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using Checkpoint = LedgerStore.Proofs.Checkpoint;
using ConsistencyProof = LedgerStore.Proofs.ConsistencyProof;
using InclusionProof = LedgerStore.Proofs.InclusionProof;
using LogKey = LedgerStore.Protocol.V1.LogKey;
using Receipt = LedgerStore.Proofs.Receipt;

namespace LedgerStore.Tests.Lies;

internal sealed class HonestLedger : INodeSource
{
    private readonly NoteSigner[] _keys;
    private readonly ulong _rotatedAt;
    private readonly Hash256[] _leaves;
    private readonly ConcurrentDictionary<ulong, byte[]> _notes = new();
    private readonly ConcurrentDictionary<ulong, Hash256> _roots = new();
    private readonly ConcurrentDictionary<(int First, int Count), Hash256> _nodes = new();

    /// <param name="keys">One, or two with a rotation between them.</param>
    /// <param name="rotatedAt">The size at which both sign.</param>
    internal HonestLedger(string name, IReadOnlyList<byte[]> entries, NoteSigner[] keys, ulong rotatedAt)
    {
        Name = name;
        Entries = entries;
        _keys = keys;
        _rotatedAt = rotatedAt;
        _leaves = [.. entries.Select(entry => MerkleHash.Leaf(entry))];
        Rotation = keys.Length > 1 ? KeyRotation.Create(Origin, keys[0], keys[1], rotatedAt) : null;
    }

    internal string Name { get; }

    internal IReadOnlyList<byte[]> Entries { get; }

    internal ulong Size => (ulong)Entries.Count;

    /// <summary>So many entries at its beginning have expired: a power of two, or none.</summary>
    internal ulong Expired { get; init; }

    /// <summary>These entries cannot be read.</summary>
    internal (ulong First, ulong End)? Damaged { get; init; }

    /// <summary>It has so many entries more than the other ledgers, before theirs.</summary>
    internal ulong Base { get; init; }

    internal const string WhyUnreadable = "the disk is broken";

    internal string Origin => _keys[0].Name.Text;

    /// <summary>The key that somebody trusts who knew the log from its first day.</summary>
    internal string Vkey => _keys[0].ToVerifierKey().ToString();

    internal IEnumerable<string> Vkeys => _keys.Select(key => key.ToVerifierKey().ToString());

    private KeyRotation? Rotation { get; }

    /// <summary>Where the entry is that another ledger has at an index.</summary>
    internal int At(int index) => (int)Base + index;

    /// <summary>The same with other entries, and the same keys.</summary>
    internal HonestLedger With(IReadOnlyList<byte[]> entries) =>
        new(Name, entries, _keys, _rotatedAt) { Expired = Expired, Base = Base };

    /// <summary>The same under another name, with its own origin all the same.</summary>
    internal HonestLedger As(string name) =>
        new(name, Entries, _keys, _rotatedAt) { Expired = Expired, Base = Base };

    /// <summary>The same entries, signed by somebody else.</summary>
    internal HonestLedger SignedBy(SigningKey other) =>
        new(Name, Entries, [new NoteSigner(_keys[0].Name, other)], 0) { Expired = Expired, Base = Base };

    internal byte[] Sign(ulong size) => _notes.GetOrAdd(size, _ => Checkpoint.Sign(
        Origin, size, Root(size), SignersAt(size)).Bytes.ToArray());

    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            hashes[i] = Perfect((int)nodes[i].FirstLeaf, 1 << nodes[i].Level);
        }
    }

    internal byte[] Tile(TilePath tile)
    {
        ulong first = tile.Index * TilePath.FullWidth;
        NodeCoordinate[] nodes = [.. Enumerable.Range(0, tile.Width)
            .Select(number => new NodeCoordinate(8 * tile.Level, first + (ulong)number))];
        Hash256[] hashes = new Hash256[nodes.Length];
        ReadNodes(nodes, hashes);
        return [.. hashes.SelectMany(static hash => hash.ToArray())];
    }

    /// <summary>The root over its first entries.</summary>
    internal Hash256 Root(ulong size) => _roots.GetOrAdd(size, _ =>
    {
        CompactRange range = new();
        range.Append(_leaves.AsSpan(0, (int)size));
        return range.Root();
    });

    internal Protocol.V1.Checkpoint CheckpointOf(ulong size) => new()
    {
        Note = ByteString.CopyFrom(Sign(size)),
        Size = size,
        Root = BytesOf(Root(size)),
    };

    internal Protocol.V1.InclusionProof ProveInclusion(ulong index, ulong size) => new()
    {
        Index = index,
        Size = size,
        LeafHash = BytesOf(_leaves[index]),
        Hashes = { InclusionProof.Build(index, size, this).Select(BytesOf) },
    };

    internal Protocol.V1.ConsistencyProof ProveConsistency(ulong from, ulong to) => new()
    {
        From = from,
        To = to,
        Hashes = { ConsistencyProof.Build(from, to, this).Select(BytesOf) },
    };

    internal Protocol.V1.Receipt ReceiptOf(ulong index, ulong size)
    {
        Receipt receipt = Receipt.Create(
            index, InclusionProof.Build(index, size, this), SignedNote.Parse(Sign(size)), default);
        return new() { TlogProof = ByteString.CopyFrom(receipt.Format()) };
    }

    internal LogKeys LogKeys()
    {
        LogKeys answer = new()
        {
            Keys = { new LogKey { Vkey = Vkey, LastSize = Rotation is null ? 0 : _rotatedAt } },
        };
        if (Rotation is { } rotation)
        {
            answer.Keys.Add(new LogKey
            {
                Vkey = rotation.NewKey.ToString(),
                FirstSize = _rotatedAt,
                Statement = ByteString.CopyFrom(rotation.Note.Bytes.ToArray()),
            });
        }

        return answer;
    }

    /// <summary>The messages of a read: at most 100 entries to each, and what has expired as subtrees.</summary>
    internal IEnumerable<ReadResponse> Read(ulong from, ulong end)
    {
        ulong next = from;
        while (next < end && next < Expired)
        {
            ulong count = Expired;
            while ((next & (count - 1)) != 0 || next + count > Math.Min(end, Expired))
            {
                count >>= 1;
            }

            yield return ExpiredOf(next, count);
            next += count;
        }

        while (next < end)
        {
            ulong stop = next + 100 - (next % 100);
            bool isHole = Damaged is { } bad && next >= bad.First && next < bad.End;
            stop = isHole ? Damaged!.Value.End
                : Damaged is { } later && next < later.First ? Math.Min(stop, later.First) : stop;
            ulong count = Math.Min(stop, end) - next;
            yield return isHole ? UnreadableOf(next, count) : EntriesOf(next, count);
            next += count;
        }
    }

    private static ReadResponse UnreadableOf(ulong first, ulong count) => new()
    {
        Unreadable = new Unreadable
        {
            FirstIndex = first,
            Count = count,
            Cause = Unreadable.Types.Cause.Damaged,
            Reason = WhyUnreadable,
        },
    };

    internal ReadResponse ExpiredOf(ulong first, ulong count) => new()
    {
        Expired = new Expired
        {
            FirstIndex = first,
            Count = count,
            Root = BytesOf(Perfect((int)first, (int)count)),
            Tombstone = World.TombstoneIndex,
        },
    };

    private ReadResponse EntriesOf(ulong first, ulong count)
    {
        using MemoryStream bundle = new();
        foreach (byte[] entry in Entries.Skip((int)first).Take((int)count))
        {
            bundle.WriteByte((byte)(entry.Length >> 8));
            bundle.WriteByte((byte)entry.Length);
            bundle.Write(entry);
        }

        return new ReadResponse
        {
            Entries = new Entries
            {
                FirstIndex = first,
                Count = (uint)count,
                Bundle = ByteString.CopyFrom(bundle.ToArray()),
            },
        };
    }

    private NoteSigner[] SignersAt(ulong size) => _keys.Length == 1 ? _keys
        : size < _rotatedAt ? _keys[..1]
        : size == _rotatedAt ? _keys
        : _keys[1..];

    // Large ones are kept: a proof in a segment needs one of half of it.
    private Hash256 Perfect(int first, int count) => count < TilePath.FullWidth ? Fold(first, count)
        : _nodes.GetOrAdd((first, count), part => Fold(part.First, part.Count));

    private Hash256 Fold(int first, int count)
    {
        Hash256[] part = _leaves[first..(first + count)];
        return Sha256Batch.PerfectRoot(part, part);
    }

    private static ByteString BytesOf(Hash256 hash) => ByteString.CopyFrom(hash.ToArray());
}
