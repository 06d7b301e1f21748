// One ledger, for whoever verifies: checkpoints, proofs, receipts, tiles. Any thread.
using System.Runtime.CompilerServices;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

public sealed partial class Ledger
{
    /// <summary>What its checkpoints are about: the first line of each.</summary>
    public string Origin => _log.Origin;

    /// <summary>The newest published checkpoint; null before the first.</summary>
    public PublishedCheckpoint? Checkpoint => ToPublished(_log.Newest);

    /// <summary>The ledger's keys, oldest first: what a store says of itself, for whoever follows rotations.</summary>
    public IReadOnlyList<LedgerKey> Keys => _core.KeysOf(_log);

    /// <summary>The vkey of the key that signs now; null in a store that never signed.</summary>
    public string? VerifierKey => Keys is [.., var newest] ? newest.VerifierKey : null;

    /// <summary>Waits for the first checkpoint that covers this many entries, and asks for it at once.</summary>
    /// <exception cref="StoreException">SigningStopped: the store signs nothing. Busy: too many wait.</exception>
    public async ValueTask<PublishedCheckpoint> WaitForCheckpointAsync(
        long size, CancellationToken cancellationToken = default)
    {
        ValueTask published = _log.Published.WaitForAsync(Math.Max(1, size), cancellationToken);
        if (!published.IsCompletedSuccessfully)
        {
            _core.AskForCheckpoint(_log);
            await published.ConfigureAwait(false);
        }

        return FindCheckpointAtLeast(size)!;
    }

    /// <summary>Every checkpoint from a size on, as it is published. Under load some may be passed over: each covers
    /// what those before it did.</summary>
    public async IAsyncEnumerable<PublishedCheckpoint> FollowCheckpointsAsync(
        long fromSize, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (long next = Math.Max(1, fromSize); ;)
        {
            await _log.Followed.WaitForAsync(next, cancellationToken).ConfigureAwait(false);
            PublishedCheckpoint found = FindCheckpointAtLeast(next)!;
            yield return found;
            next = found.Size + 1;
        }
    }

    /// <summary>The published checkpoint of exactly this size, if it is kept: all of the newest are, and of the older
    /// ones the last of each 65,536 entries.</summary>
    public PublishedCheckpoint? FindCheckpoint(long size) =>
        FindCheckpointAtLeast(size) is { } found && found.Size == size ? found : null;

    /// <summary>The smallest published checkpoint that is kept and covers this many entries.</summary>
    public PublishedCheckpoint? FindCheckpointAtLeast(long size) => ToPublished(_core.FindCheckpoint(_log, size));

    /// <summary>Proves that an entry is in the tree of a size: any size up to the newest checkpoint's.</summary>
    /// <exception cref="StoreException">InvalidArgument; DataLoss: hashes are damaged.</exception>
    public Hash256[] ProveInclusion(long index, long size)
    {
        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        return proof[..ProveInclusion(index, size, proof)].ToArray();
    }

    /// <summary>The same into memory of the caller; 65 hashes always suffice.</summary>
    /// <returns>How many hashes the proof has.</returns>
    public int ProveInclusion(long index, long size, Span<Hash256> proof) =>
        _log.Proofs.Inclusion(index, size, proof);

    /// <summary>Proves that the tree of one size goes on from that of another: any sizes up to the newest
    /// checkpoint's.</summary>
    /// <exception cref="StoreException">InvalidArgument; DataLoss: hashes are damaged.</exception>
    public Hash256[] ProveConsistency(long from, long to)
    {
        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        return proof[..ProveConsistency(from, to, proof)].ToArray();
    }

    /// <summary>The same into memory of the caller; 65 hashes always suffice.</summary>
    /// <returns>How many hashes the proof has.</returns>
    public int ProveConsistency(long from, long to, Span<Hash256> proof) => _log.Proofs.Consistency(from, to, proof);

    /// <summary>The leaf hash of an entry that the newest checkpoint covers.</summary>
    public Hash256 GetLeafHash(long index) => _log.Proofs.LeafHash(index);

    /// <summary>An entry's receipt (C2SP tlog-proof) with the smallest kept checkpoint of at least this size.</summary>
    /// <exception cref="StoreException">InvalidArgument: no checkpoint covers that size yet, or the index is beyond
    /// it.</exception>
    public byte[] MakeReceipt(long index, long size)
    {
        PublishedCheckpoint checkpoint = FindCheckpointAtLeast(Math.Max(size, index + 1))
            ?? throw new StoreException(
                StoreReason.InvalidArgument,
                $"ledger '{Name}' has no checkpoint of {Math.Max(size, index + 1):N0} entries yet; wait for it");
        return _log.Proofs.MakeReceipt(index, checkpoint);
    }

    /// <summary>A tile of hashes as C2SP tlog-tiles serves it: width * 32 bytes.</summary>
    /// <param name="width">256, or fewer for a partial tile.</param>
    /// <returns>Null when the newest checkpoint's tree has no such tile.</returns>
    public ReadOnlyMemory<byte>? TryReadTile(int level, long tileIndex, int width) =>
        _log.Proofs.TryReadTile(level, tileIndex, width) is { } tile ? tile : default(ReadOnlyMemory<byte>?);

    /// <summary>A bundle of entries as C2SP tlog-tiles serves it.</summary>
    /// <param name="width">256, or fewer for a partial bundle.</param>
    /// <returns>Null when the newest checkpoint's tree has no such bundle.</returns>
    /// <exception cref="StoreException">DataLoss, Expired or TierAway.</exception>
    public ReadOnlyMemory<byte>? TryReadEntryBundle(long bundleIndex, int width) =>
        _log.Proofs.TryReadEntryBundle(bundleIndex, width) is { } bundle ? bundle : default(ReadOnlyMemory<byte>?);

    /// <summary>What there is to say about the ledger.</summary>
    public LedgerDescription Describe() => _core.Describe(_log);

    private static PublishedCheckpoint? ToPublished(CheckpointRecord? record) =>
        record is null ? null : new PublishedCheckpoint(record.Size, record.Root, record.Note);
}
