// Writes a ledger's blocks into its open segment, opens the next one, completes the full one.
// Owned by the bundler's thread; recovery uses it before that thread runs.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The writing end of a ledger's files.</summary>
internal sealed partial class SegmentAppender(
    StoreGround ground, uint ledgerId, SegmentReader reader) : IDisposable
{
    // The lock is for those who copy out of the roots; the writer, which alone changes them, reads without it. They are
    // those of the open segment, and taken with its first full bundle: many ledgers never have one.
    private readonly Lock _rootsLock = new();
    private Hash256[] _bundleRoots = [];
    private int _rootsCount;
    private readonly List<SealedFacts> _completed = [];
    private OpenSegment? _open;
    private long _firstMicros;

    /// <summary>The open segment's number; that of the next one while none is open.</summary>
    public long Segment { get; private set; }

    /// <summary>The open segment's generation; 0 while none is open.</summary>
    public uint Generation => _open?.Identity.Generation ?? 0;

    /// <summary>The time of the last entry in a written block; 0 before the first.</summary>
    public long LastMicros { get; private set; }

    /// <summary>Bytes written into segments, for metrics.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Starts behind the complete segments.</summary>
    public void Begin(long segment, long lastMicros)
    {
        Segment = segment;
        LastMicros = lastMicros;
    }

    /// <summary>Goes on in a segment that was begun before.</summary>
    public void GoOnWith(OpenSegment open, int fullBundles)
    {
        _open = open;
        reader.Add(open);
        TakeOver(open, fullBundles);
    }

    /// <summary>Begins another generation of a segment with its first blocks, all full.</summary>
    public void CopyFrom(SegmentSource old, int fullBundles)
    {
        OpenSegment open = CreateNext();
        open.CopyFullBlocksFrom(old, fullBundles);
        TakeOver(open, fullBundles);
    }

    /// <summary>Serves the first blocks of a segment, all full, and writes nothing: what comes behind them stays in
    /// memory.</summary>
    public void ReadFrom(SegmentSource file, int fullBundles)
    {
        reader.Add(file);
        TakeRoots(file, fullBundles);
    }

    /// <summary>The roots of the open segment's first bundles.</summary>
    public ReadOnlySpan<Hash256> BundleRoots(int count) => _bundleRoots.AsSpan(0, count);

    /// <summary>Copies the roots of the bundles that are written. Any thread.</summary>
    /// <returns>How many; -1 when the segment is complete.</returns>
    public int CopyBundleRoots(long segment, Span<Hash256> roots)
    {
        lock (_rootsLock)
        {
            if (segment != Segment)
            {
                return segment < Segment ? -1 : 0;
            }

            _bundleRoots.AsSpan(0, _rootsCount).CopyTo(roots);
            return _rootsCount;
        }
    }

    /// <summary>Writes the block of a full bundle; with the 256th the segment is complete.</summary>
    /// <exception cref="StorageException">With IsNoSpace nothing was changed, and the call can be made
    /// again.</exception>
    public void Write(OpenBundle bundle)
    {
        int number = (int)(bundle.FirstIndex / StoreLimits.EntriesPerBundle % StoreLimits.BundlesPerSegment);
        OpenSegment segment = _open ?? CreateNext();
        if (segment.FullBundles == number)
        {
            segment.Append(bundle.Block);
            WrittenBytes += bundle.BlockBytes;
            AddRoot(number, bundle.Root);
            Note(number, bundle.FirstMicros, bundle.LastMicros);
        }

        if (number == StoreLimits.BundlesPerSegment - 1)
        {
            Complete(segment);
        }
    }

    /// <summary>Writes the first entries of the open bundle as a partial block.</summary>
    public void WritePartial(OpenBundle bundle, int count, BundleWorker worker)
    {
        byte[] block = System.Buffers.ArrayPool<byte>.Shared.Rent(
            BlockEncoder.BlockBytesBound(bundle.StartOf(count), count));
        try
        {
            int bytes = bundle.Encode(worker.Encoder, count, block);
            (_open ?? CreateNext()).Append(block.AsSpan(0, bytes));
            WrittenBytes += bytes;
            int number = (int)(bundle.FirstIndex / StoreLimits.EntriesPerBundle % StoreLimits.BundlesPerSegment);
            Note(number, bundle.FirstMicros, bundle.LastMicros);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>The segments that were completed since it was asked last.</summary>
    public SealedFacts[] TakeCompleted()
    {
        SealedFacts[] completed = [.. _completed];
        _completed.Clear();
        return completed;
    }

    public void Dispose() => _open?.Dispose();

    private void TakeOver(OpenSegment open, int fullBundles)
    {
        TakeRoots(open, fullBundles);
        if (open.TryFindRow(0, out DirectoryRow first))
        {
            _firstMicros = first.FirstMicros;
        }

        if (fullBundles > 0 && open.TryFindRow(fullBundles - 1, out DirectoryRow last))
        {
            LastMicros = last.LastMicros;
        }
    }

    private void TakeRoots(SegmentSource file, int fullBundles)
    {
        if (fullBundles > 0)
        {
            // Before anybody else has the ledger: no lock.
            EnsureRoots();
            BundleReload.ReadRoots(file, fullBundles).CopyTo(_bundleRoots, 0);
        }

        _rootsCount = fullBundles;
    }

    private void EnsureRoots()
    {
        if (_bundleRoots.Length == 0)
        {
            _bundleRoots = new Hash256[StoreLimits.BundlesPerSegment];
        }
    }

    private OpenSegment CreateNext()
    {
        StorePaths paths = ground.Paths;
        IFileSystem files = ground.Services.Files.FileSystem;
        files.Ensure(paths.LedgerDirectory(ledgerId));
        files.Ensure(paths.SegmentsDirectory(ledgerId));
        uint generation = NextGeneration(files, paths.SegmentsDirectory(ledgerId));
        _open = OpenSegment.Create(
            ground.Services.Files,
            paths.SegmentsDirectory(ledgerId),
            new SegmentIdentity(ground.StoreId, ledgerId, Segment, generation),
            ground.Clock());
        reader.Add(_open);
        return _open;
    }

    // A crash may have left a file of this number that state.log never named. It is not touched: this one gets the
    // next generation, and recovery removes the other when the new one is known durable.
    private uint NextGeneration(IFileSystem files, string directory)
    {
        uint generation = 1;
        while (files.Exists(Path.Combine(directory, SegmentFormat.FileName(Segment, generation))))
        {
            generation++;
        }

        return generation;
    }

    private void Complete(OpenSegment segment)
    {
        Hash256 root = Sha256Batch.PerfectRoot(_bundleRoots, new Hash256[StoreLimits.BundlesPerSegment]);
        segment.WriteFooter(_bundleRoots, root);
        SealedFacts facts = new(segment.Identity, segment.Path, segment.Length, root, _firstMicros, LastMicros);

        // Complete files never change, so they may be mapped, synced or not: until the flusher has committed this one
        // to state.log, a crash makes it anew from the journal.
        reader.Replace(new SealedSegment(ground.Services.Maps, facts));
        segment.Dispose();
        _completed.Add(facts);
        _open = null;
        lock (_rootsLock)
        {
            Segment++;
            _rootsCount = 0;
        }
    }

    private void AddRoot(int number, in Hash256 root)
    {
        lock (_rootsLock)
        {
            EnsureRoots();
            _bundleRoots[number] = root;
            _rootsCount = number + 1;
        }
    }

    private void Note(int bundle, long firstMicros, long lastMicros)
    {
        if (bundle == 0)
        {
            _firstMicros = firstMicros;
        }

        LastMicros = lastMicros;
    }
}
