// The files of indexes: written whole, synced, read back; read whole, and the last ones kept in memory. What is in one
// counts only when it is what the statement says. Any thread; one writer, the index worker.

using System.Collections.Concurrent;
using LedgerStore.Durable;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Indexing;

/// <summary>Reads and replaces index files.</summary>
internal sealed class IndexFiles(StoreGround ground)
{
    // The pages of a segment of the largest entries fit easily; what is larger is no index.
    private const long FileBytesMax = 256L << 20;

    // About a hundred segments: all that a search over some millions of entries looks at.
    private const long KeptBytesMax = 64L << 20;

    // Under the lock: what was read last, the oldest first.
    private readonly Lock _keeping = new();
    private readonly Dictionary<(uint Index, long Segment), IndexFile> _kept = [];
    private readonly Queue<(uint Index, long Segment)> _order = new();
    private long _keptBytes;

    // Counts what was replaced: what was read before that is not kept behind it.
    private long _replaced;

    // Found missing or damaged by whoever searched. The worker builds them again.
    private readonly ConcurrentDictionary<(uint Index, long Segment), bool> _suspect = new();

    /// <summary>Writes a file anew. When this returns it is durable, and what is read of it is what was written.
    /// </summary>
    /// <exception cref="StorageException">With IsNoSpace nothing was replaced.</exception>
    public void Replace(uint indexId, long segment, byte[] bytes)
    {
        ground.Files.Ensure(ground.Paths.LedgerDirectory(indexId));
        ground.Files.Ensure(ground.Paths.IndexDirectory(indexId));

        // A crash in here leaves the old file, the new one, or none: nothing says yet that there is one.
        AtomicFile.Replace(ground.Files, ground.Paths.Index(indexId, segment), file => file.Write(0, bytes));
        ground.Files.SyncDirectory(ground.Paths.LedgerDirectory(indexId));
        ground.Files.SyncDirectory(ground.Paths.LedgersDirectory);
        Forget((indexId, segment));
        if (TryReadBytes(indexId, segment) is not { } back || !back.AsSpan().SequenceEqual(bytes))
        {
            throw new StoreException(
                StoreReason.DataLoss,
                $"'{ground.Paths.Index(indexId, segment)}' was written, and reads differently; check the disk");
        }
    }

    /// <summary>Whether somebody has found it missing or damaged since this was asked last.</summary>
    public bool TakeSuspect(uint indexId, long segment) => _suspect.TryRemove((indexId, segment), out _);

    /// <summary>A page is not what was stated.</summary>
    public void NoteDamage(uint indexId, long segment)
    {
        Forget((indexId, segment));
        _suspect[(indexId, segment)] = true;
    }

    /// <summary>The index that a statement is about, from memory if it was used lately; null when it has no pages, or
    /// nobody can read them.</summary>
    public IndexFile? TryGet(uint indexId, SegmentFacts stated)
    {
        (uint Index, long Segment) key = (indexId, (long)stated.Segment);
        long replaced;
        lock (_keeping)
        {
            replaced = _replaced;
            if (_kept.TryGetValue(key, out IndexFile? kept))
            {
                return kept;
            }
        }

        if (TryRead(indexId, stated) is not { } file)
        {
            NoteDamage(indexId, key.Segment);
            return null;
        }

        if (file.HasPages)
        {
            Keep(key, file, replaced);
        }

        return file.HasPages ? file : null;
    }

    /// <summary>The index that a statement is about; null when its file is missing, damaged or another one: then it has
    /// to be built again.</summary>
    public IndexFile? TryRead(uint indexId, SegmentFacts stated)
    {
        try
        {
            return TryReadBytes(indexId, (long)stated.Segment) is { } bytes
                && IndexFile.Read(bytes) is { } file && file.Facts.IsSameAs(stated) ? file : null;
        }
        catch (MalformedDataException)
        {
            return null;
        }
    }

    private void Keep((uint Index, long Segment) key, IndexFile file, long replaced)
    {
        lock (_keeping)
        {
            if (replaced != _replaced || !_kept.TryAdd(key, file))
            {
                return;
            }

            _order.Enqueue(key);
            _keptBytes += file.Length;
            while (_keptBytes > KeptBytesMax && _order.Count > 1)
            {
                Drop(_order.Dequeue());
            }
        }
    }

    private void Forget((uint Index, long Segment) key)
    {
        lock (_keeping)
        {
            // Its place in the order stays, and is worth nothing.
            _replaced++;
            Drop(key);
        }
    }

    private void Drop((uint Index, long Segment) key)
    {
        if (_kept.Remove(key, out IndexFile? gone))
        {
            _keptBytes -= gone.Length;
        }
    }

    /// <summary>Whether a file is the one that was stated.</summary>
    public static bool IsOf(ReadOnlySpan<byte> file, SegmentFacts stated) =>
        SegmentFacts.Read(IndexFile.Magic, file).IsSameAs(stated);

    private byte[]? TryReadBytes(uint indexId, long segment)
    {
        try
        {
            using IFile file = ground.Files.Open(ground.Paths.Index(indexId, segment), FileAccessMode.ReadOnly);
            if (file.Length > FileBytesMax)
            {
                return null;
            }

            byte[] bytes = new byte[file.Length];
            return file.Read(0, bytes) == bytes.Length ? bytes : null;
        }
        catch (StorageException unread) when (unread.IsNotFound || unread.IsReadFailure)
        {
            return null;
        }
    }
}
