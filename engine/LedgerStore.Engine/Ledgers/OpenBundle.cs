// A bundle that is being filled: its bytes, where each entry starts, its leaf hashes as far as they are computed.
// Written by the bundler's thread (one worker at a time for hashing and encoding); readers copy out of it under the
// lock of the tail that owns it.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Up to 256 entries in bundle encoding, and what is made of them.</summary>
internal sealed class OpenBundle
{
    // Small at first: most ledgers of a store are idle, with a few entries each.
    private const int FirstEntries = 16;
    private byte[] _bytes = [];
    private int[] _ends = [];
    private Hash256[] _leaves = [];
    private byte[] _block = [];
    private int _hashed;
    private bool _hasRoot;

    public OpenBundle(OpenLedger ledger, long firstIndex)
    {
        Ledger = ledger;
        FirstIndex = firstIndex;
    }

    public OpenLedger Ledger { get; }

    public long FirstIndex { get; private set; }

    public int Count { get; private set; }

    public long FirstMicros { get; private set; }

    public long LastMicros { get; private set; }

    /// <summary>Of a full bundle that went through Finish.</summary>
    public Hash256 Root { get; private set; }

    /// <summary>Whether the root is computed.</summary>
    public bool HasRoot => Volatile.Read(ref _hasRoot);

    /// <summary>Set while the bundler has it on its list for the present frame.</summary>
    public bool IsListed { get; set; }

    public bool IsFull => Count == StoreLimits.EntriesPerBundle;

    public int Bytes => Count == 0 ? 0 : _ends[Count - 1];

    /// <summary>What of HeldBytes the bundler has counted.</summary>
    public int AccountedBytes { get; set; }

    /// <summary>Memory it holds, for the bound on all of them together.</summary>
    public int HeldBytes => _bytes.Length + _block.Length + (_leaves.Length * (Hash256.Length + sizeof(int)));

    public ReadOnlySpan<byte> Block => _block.AsSpan(0, BlockBytes);

    public int BlockBytes { get; private set; }

    public ReadOnlySpan<Hash256> Leaves => _leaves.AsSpan(0, _hashed);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Bytes);

    /// <summary>Makes a released bundle the one that starts here.</summary>
    public void BeginAt(long firstIndex)
    {
        Invariant.That(Count == 0 && !IsListed, "a bundle is used again when everybody is done with it");
        FirstIndex = firstIndex;
    }

    /// <summary>Takes memory for so many bytes at once, instead of growing to it step by step.</summary>
    public void Expect(int bytes)
    {
        if (bytes > 0)
        {
            EnsureRoom(bytes);
            (_ends, _leaves) = BundleMemory.Shared.RentLists(StoreLimits.EntriesPerBundle);
        }
    }

    /// <summary>Where entry <paramref name="slot"/> starts; for slot = Count, where the bundle ends.</summary>
    public int StartOf(int slot) => slot == 0 ? 0 : _ends[slot - 1];

    /// <summary>Copies entries until the bundle is full or there are none left. Under the tail's lock.</summary>
    /// <returns>The bytes taken.</returns>
    public int Append(ReadOnlySpan<byte> entries, long micros)
    {
        int start = Bytes;
        int taken = 0;
        int count = Count;
        while (count < StoreLimits.EntriesPerBundle && taken < entries.Length)
        {
            if (count == _ends.Length)
            {
                GrowLists();
            }

            taken = BundleFormat.EntryEnd(entries, taken);
            _ends[count++] = start + taken;
        }

        EnsureRoom(start + taken);
        entries[..taken].CopyTo(_bytes.AsSpan(start));
        if (Count == 0)
        {
            FirstMicros = micros;
        }

        LastMicros = micros;
        Count = count;
        return taken;
    }

    /// <summary>Takes over entries whose hashes are known: a partial block that was read back.</summary>
    public void Restore(ReadOnlySpan<byte> entries, ReadOnlySpan<Hash256> leaves, long firstMicros, long lastMicros)
    {
        Append(entries, lastMicros);
        FirstMicros = firstMicros;
        Invariant.That(Count == leaves.Length, "a leaf for each entry");
        leaves.CopyTo(_leaves);
        _hashed = Count;
    }

    /// <summary>Hashes what is new; a full bundle also gets its root and its block. On any worker, one at a
    /// time.</summary>
    public void Finish(BundleWorker worker)
    {
        StageMark stage = StageClock.Start();
        int from = StartOf(_hashed);
        int consumed = Sha256Batch.HashBundle(
            _bytes.AsSpan(from, Bytes - from), _leaves.AsSpan(_hashed, Count - _hashed));
        Invariant.That(consumed == Bytes - from, "the hashed entries are the bundle's entries");
        Volatile.Write(ref _hashed, Count);
        stage = StageClock.End(Stage.Hash, stage);
        if (!IsFull)
        {
            return;
        }

        Root = Sha256Batch.PerfectRoot(Leaves, worker.Scratch);
        Volatile.Write(ref _hasRoot, true);
        _block = BundleMemory.Shared.Rent(BlockEncoder.BlockBytesBound(Bytes, Count));
        BlockBytes = Encode(worker.Encoder, Count, _block);
        StageClock.End(Stage.Compress, stage);
    }

    /// <summary>Copies the entries for a reader, who holds the copy's one reference. Under the tail's lock.</summary>
    public DecodedBundle Copy(BundlePool pool)
    {
        DecodedBundle copy = pool.Rent(Ledger.Id, FirstIndex, Count, Bytes);
        Span.CopyTo(copy.Buffer);
        copy.Offsets[0] = 0;
        _ends.AsSpan(0, Count).CopyTo(copy.Offsets[1..]);
        return copy;
    }

    /// <summary>Copies leaf hashes from the first entry on, as many as are computed.</summary>
    public int CopyLeaves(Span<Hash256> leaves)
    {
        // Read first: the hashes below it were written before it grew.
        int count = Math.Min(Volatile.Read(ref _hashed), leaves.Length);
        _leaves.AsSpan(0, count).CopyTo(leaves);
        return count;
    }

    /// <summary>Encodes the first entries as a block.</summary>
    public int Encode(BlockEncoder encoder, int count, Span<byte> destination)
    {
        int bytes = StartOf(count);
        long lastMicros = count == Count
            ? LastMicros
            : BundleFormat.ReceivedMicros(Span[(StartOf(count - 1) + BlockFormat.EntryPrefixBytes)..bytes]);
        return encoder.Encode(
            BlockIdentity.Of(Ledger.Id, FirstIndex / StoreLimits.EntriesPerBundle),
            Span[..bytes],
            Leaves[..count],
            FirstMicros,
            lastMicros,
            destination);
    }

    /// <summary>Gives its memory back. Nobody reads it any more.</summary>
    public void Release()
    {
        BundleMemory.Shared.Return(_bytes);
        BundleMemory.Shared.Return(_block);
        BundleMemory.Shared.ReturnLists(_ends, _leaves);
        _bytes = [];
        _block = [];
        _ends = [];
        _leaves = [];
        Count = 0;
        _hashed = 0;
        _hasRoot = false;
        AccountedBytes = 0;
        BlockBytes = 0;
    }

    private void GrowLists()
    {
        // 16, 64, 256 entries: two copies at most.
        int entries = Math.Max(FirstEntries, 4 * _ends.Length);
        (int[] ends, Hash256[] leaves) = BundleMemory.Shared.RentLists(entries);
        _ends.CopyTo(ends, 0);
        _leaves.CopyTo(leaves, 0);
        BundleMemory.Shared.ReturnLists(_ends, _leaves);
        _ends = ends;
        _leaves = leaves;
    }

    private void EnsureRoom(int bytes)
    {
        if (bytes <= _bytes.Length)
        {
            return;
        }

        byte[] larger = BundleMemory.Shared.Rent(Math.Max(bytes, 2 * _bytes.Length));
        Span.CopyTo(larger);
        BundleMemory.Shared.Return(_bytes);
        _bytes = larger;
    }
}
