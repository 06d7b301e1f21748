// What the attacker does to the entries of a ledger: reads all of them out of its segment files, changes them, and
// writes the files again, with as many of the hashes above them as he can be bothered to make. Owned by one attack.

using System.Buffers.Binary;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Tamper;

/// <summary>How far up he rebuilds; each includes those before it.</summary>
internal enum Rebuild
{
    /// <summary>Blocks with right checksums, and the tiles of the entries as they were.</summary>
    Blocks,

    /// <summary>And the tiles of their hashes.</summary>
    Tiles,

    /// <summary>And the level-1 tile and the root in the footer.</summary>
    SegmentRoots,

    /// <summary>And the roots in state.log.</summary>
    StateLog,
}

internal sealed class LedgerEditor
{
    private const int PerSegment = 65_536;

    private readonly TamperedStore _store;
    private readonly CatalogLedger _ledger;
    private readonly UInt128 _storeId;
    private readonly LedgerState _state;
    private readonly List<Hash256[]> _roots = [];

    public LedgerEditor(TamperedStore store, string ledger)
    {
        _store = store;
        (_ledger, _storeId) = store.Find(ledger);
        LedgerStateLog.Open(
            store.Files, store.Paths, _storeId, _ledger.Id, FileAccessMode.ReadOnly, out _state);
        long size = _state.Flushed!.Value.Size;
        for (long segment = 0; segment * PerSegment < size; segment++)
        {
            Load(segment, (int)Math.Min(PerSegment, size - (segment * PerSegment)));
        }
    }

    public List<byte[]> Entries { get; } = [];

    /// <summary>The leaf hashes as the tiles have them.</summary>
    public List<Hash256> Tiles { get; } = [];

    public uint Id => _ledger.Id;

    /// <summary>The root of the entries as they are now.</summary>
    public Hash256 Root(long size)
    {
        CompactRange range = new();
        range.Append(Entries.Take((int)size).Select(entry => MerkleHash.Leaf(entry)).ToArray());
        return range.Root();
    }

    public void Save(Rebuild rebuild)
    {
        if (rebuild >= Rebuild.Tiles)
        {
            Tiles.Clear();
            Tiles.AddRange(Entries.Select(entry => MerkleHash.Leaf(entry)));
        }

        List<(ushort, byte[])> records = [];
        for (long segment = 0; segment * PerSegment < Entries.Count; segment++)
        {
            if (SaveSegment(segment, rebuild) is { } complete)
            {
                byte[] body = new byte[SealedRecord.EncodedBytes];
                complete.Encode(body);
                records.Add(((ushort)StateRecordType.Sealed, body));
            }
        }

        byte[] flushed = new byte[FlushedRecord.EncodedBytes];
        (_state.Flushed!.Value with
        {
            Size = Entries.Count,
            OpenSegment = Entries.Count / PerSegment,
            OpenGeneration = Generation(Entries.Count / PerSegment),
        }).Encode(flushed);
        records.Add(((ushort)StateRecordType.Flushed, flushed));
        _store.RewriteState(_ledger.Id, (type, body) => IsReplaced(type) ? [] : [(type, body)], [.. records]);
    }

    private static bool IsReplaced(ushort type) =>
        (StateRecordType)type is StateRecordType.Sealed or StateRecordType.Flushed;

    private uint Generation(long segment) => segment < _state.Sealed.Count
        ? _state.Sealed[(int)segment].Generation
        : _state.Flushed!.Value.OpenSegment == segment ? Math.Max(1, _state.Flushed.Value.OpenGeneration) : 1;

    private SegmentIdentity Identity(long segment) => new(_storeId, _ledger.Id, segment, Generation(segment));

    private void Load(long segment, int count)
    {
        string path = _store.Paths.Segment(_ledger.Id, segment, Generation(segment));
        using IFile file = _store.Files.Open(path, FileAccessMode.ReadOnly);
        SegmentScan scan = SegmentScan.Run(file, Identity(segment), count);
        Hash256[] roots = new Hash256[256];
        Hash256[] scratch = new Hash256[256];
        for (int bundle = 0; bundle < scan.Blocks.Count; bundle++)
        {
            scan.Blocks.TryFind(bundle, out DirectoryRow row);
            byte[] block = new byte[row.StoredBytes];
            file.Read(row.Offset, block);
            BlockPlace place = new(path, row.Offset, row.StoredBytes);
            BlockHeader header = BlockDecoder.ReadHeader(
                block, new BlockIdentity(_ledger.Id, segment, bundle), place);
            byte[] raw = new byte[header.RawBytes];
            int[] offsets = new int[header.Entries + 1];
            Hash256[] tile = new Hash256[header.Entries];
            BlockDecoder.Decode(block, header, place, raw, offsets);
            BlockDecoder.ReadTile(block.AsSpan(header.TileOffset, header.TileBytes), header, place, tile);
            for (int i = 0; i < header.Entries; i++)
            {
                Entries.Add(raw[(offsets[i] + 2)..offsets[i + 1]]);
            }

            Tiles.AddRange(tile);
            roots[bundle] = header.Entries == 256 ? Sha256Batch.PerfectRoot(tile, scratch) : default;
        }

        _roots.Add(roots);
    }

    private SealedRecord? SaveSegment(long segment, Rebuild rebuild)
    {
        SegmentIdentity identity = Identity(segment);
        File.Delete(_store.Paths.Segment(_ledger.Id, segment, identity.Generation));
        using FilePool pool = new(_store.Files, 4);
        using OpenSegment open = OpenSegment.Create(
            pool, _store.Paths.SegmentsDirectory(_ledger.Id), identity, createdMicros: 1);
        int first = (int)(segment * PerSegment);
        int count = Math.Min(PerSegment, Entries.Count - first);
        Hash256[] roots = new Hash256[256];
        for (int bundle = 0; bundle * 256 < count; bundle++)
        {
            int before = bundle * 256;
            roots[bundle] = Append(open, segment, bundle, first + before, Math.Min(256, count - before));
        }

        if (count < PerSegment)
        {
            open.Sync();
            return null;
        }

        Hash256[] scratch = new Hash256[256];
        Hash256[] level1 = rebuild >= Rebuild.SegmentRoots ? roots : _roots[(int)segment];
        Hash256 root = Sha256Batch.PerfectRoot(level1, scratch);
        open.WriteFooter(level1, root);
        open.SyncAndSeal();
        Hash256 kept = rebuild >= Rebuild.StateLog || segment >= _state.Sealed.Count
            ? root
            : _state.Sealed[(int)segment].Root;
        return new SealedRecord(
            segment, identity.Generation, open.Length, Micros(first), Micros(first + count - 1), kept);
    }

    private Hash256 Append(OpenSegment open, long segment, int bundle, int first, int count)
    {
        BlockEncoder encoder = new(Lz4Effort.Fast);
        byte[] bytes = Encode(Entries.Slice(first, count));
        Hash256[] leaves = [.. Tiles.Slice(first, count)];
        byte[] block = new byte[BlockEncoder.BlockBytesBound(bytes.Length, count)];
        int length = encoder.Encode(
            new BlockIdentity(_ledger.Id, segment, bundle),
            bytes,
            leaves,
            Micros(first),
            Micros(first + count - 1),
            block);
        open.Append(block.AsSpan(0, length));
        return count == 256 ? Sha256Batch.PerfectRoot(leaves, new Hash256[256]) : default;
    }

    private long Micros(int index) => BundleFormat.ReceivedMicros(Entries[index]);

    private static byte[] Encode(List<byte[]> entries)
    {
        using MemoryStream bundle = new();
        Span<byte> prefix = stackalloc byte[2];
        foreach (byte[] entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)entry.Length);
            bundle.Write(prefix);
            bundle.Write(entry);
        }

        return bundle.ToArray();
    }
}
