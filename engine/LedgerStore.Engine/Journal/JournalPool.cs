// The files of the journal: creates them zero-filled ahead of need, and makes old ones new again by renaming them.
// Owned by the flusher thread; the sequencer takes the prepared file through TakeNext, and nothing else crosses.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>Prepares, retains and recycles journal files.</summary>
/// <remarks>
/// A spare becomes the next file in an order that a crash cannot confuse: its first page gets the new number and nonce
/// and is synced under the spare's name; then it is renamed, and the directory synced; then it may hold frames. So a
/// file with a journal name has a sound first page, always, and one that has not was damaged.
/// </remarks>
internal sealed class JournalPool(
    IFileSystem files, string directory, UInt128 storeId, long fileBytes, Func<ulong> nonces) : IDisposable
{
    private const int ZeroBytes = 1024 * 1024;
    private readonly List<string> _spares = [];

    // Spares of an earlier process, which may have ended when a sync failed: what this one sees of their ends may be in
    // the page cache only, and count as written.
    private readonly HashSet<string> _doubtful = new(StringComparer.Ordinal);

    // Guarded by itself: the sequencer adds the file it leaves, the flusher removes the oldest.
    private readonly Queue<JournalFile> _retained = new();
    private JournalFile? _next;
    private long _lastNumber;

    public long FileBytes => fileBytes;

    /// <summary>Of the newest file.</summary>
    public long LastNumber => _lastNumber;

    /// <summary>Whether a file is prepared. Frames that fit one file may be admitted only while it is.</summary>
    public bool IsNextReady => Volatile.Read(ref _next) is not null;

    public int RetainedCount
    {
        get
        {
            lock (_retained)
            {
                return _retained.Count;
            }
        }
    }

    public int SpareCount => _spares.Count;

    /// <summary>The next file can be made of a spare, without asking the disk for space.</summary>
    public bool HasWholeSpare
    {
        get
        {
            if (_spares.Count == 0)
            {
                return false;
            }

            using IFile spare = files.Open(Path.Combine(directory, _spares[^1]), FileAccessMode.ReadOnly);
            return spare.Length >= fileBytes;
        }
    }

    /// <summary>Takes over what a scan found: numbers go on after the last one, old files serve as spares.</summary>
    public void Adopt(long lastNumber, IEnumerable<string> spareNames)
    {
        _lastNumber = lastNumber;
        _spares.AddRange(spareNames);
        _doubtful.UnionWith(_spares);
        if (_spares.Count > 0)
        {
            // A process that was killed may have renamed a spare without making that durable. If it were cut or
            // written now, and the power failed, it would be a journal file again, and one that looks damaged.
            files.SyncDirectory(directory);
        }
    }

    /// <summary>Makes sure that the next file is there. Called by the flusher; ENOSPC leaves everything as it
    /// was.</summary>
    public void PrepareNext()
    {
        if (IsNextReady)
        {
            return;
        }

        string spare = _spares.Count > 0 ? _spares[^1] : CreateSpare();
        string name = JournalNames.File(_lastNumber + 1);
        IFile file = files.Open(Path.Combine(directory, spare), FileAccessMode.ReadWrite);
        try
        {
            FillOrGiveBack(file, spare);
            ulong nonce = nonces();
            Span<byte> page = stackalloc byte[JournalFileHeader.PageBytes];
            new JournalFileHeader(storeId, _lastNumber + 1, nonce, fileBytes).Write(page);
            file.Write(0, page);
            file.Sync();
            files.Rename(Path.Combine(directory, spare), Path.Combine(directory, name));
            _spares.Remove(spare);
            _doubtful.Remove(spare);
            files.SyncDirectory(directory);
            _lastNumber++;
            Volatile.Write(ref _next, new JournalFile(file, _lastNumber, nonce));
        }
        catch (StorageException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Gives the prepared file to the sequencer, and keeps the one it leaves.</summary>
    public JournalFile TakeNext(JournalFile? left)
    {
        JournalFile? next = Interlocked.Exchange(ref _next, null);
        Invariant.That(next is not null, "frames are admitted only while the next journal file is ready");
        if (left is not null)
        {
            lock (_retained)
            {
                _retained.Enqueue(left);
            }
        }

        return next;
    }

    /// <summary>The oldest file that is not current; null when there is none.</summary>
    public JournalFile? Oldest()
    {
        lock (_retained)
        {
            return _retained.Count > 0 ? _retained.Peek() : null;
        }
    }

    /// <summary>The newest file of the older two thirds; null when there is none.</summary>
    public JournalFile? NewestOfOlderFiles()
    {
        lock (_retained)
        {
            return _retained.Count > 0 ? _retained.ElementAt(((2 * _retained.Count) - 1) / 3) : null;
        }
    }

    /// <summary>The file that was left last; null when there is none.</summary>
    public JournalFile? NewestRetained()
    {
        lock (_retained)
        {
            return _retained.Count > 0 ? _retained.Last() : null;
        }
    }

    /// <summary>Creates a spare. Called by the flusher; ENOSPC leaves everything as it was.</summary>
    public void PrepareSpare()
    {
        string spare = CreateSpare();
        using IFile file = files.Open(Path.Combine(directory, spare), FileAccessMode.ReadWrite);
        FillOrGiveBack(file, spare);

        // Its length has to be durable before frames are: a doubtful spare is cut and written again.
        file.Sync();
        files.SyncDirectory(directory);
    }

    /// <summary>Makes the oldest file a spare. What it holds must be safe elsewhere, and that be known
    /// durable.</summary>
    public void RecycleOldest()
    {
        JournalFile file;
        lock (_retained)
        {
            file = _retained.Dequeue();
        }

        file.Dispose();
        MakeSpare(JournalNames.File(file.Number));
    }

    /// <summary>Renames a journal file to a spare. Durable before its first page may be written again.</summary>
    public void MakeSpare(string name)
    {
        string spare = JournalNames.SpareOf(name);
        files.Rename(Path.Combine(directory, name), Path.Combine(directory, spare));
        files.SyncDirectory(directory);

        // A spare that was created for a number which another one then got is replaced by that number's file.
        if (!_spares.Contains(spare))
        {
            _spares.Add(spare);
        }
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _next, null)?.Dispose();
        lock (_retained)
        {
            while (_retained.TryDequeue(out JournalFile? file))
            {
                file.Dispose();
            }
        }
    }

    private string CreateSpare()
    {
        string name = JournalNames.SpareOf(JournalNames.File(_lastNumber + 1));
        files.Create(Path.Combine(directory, name), FileAccessMode.ReadWrite).Dispose();
        _spares.Add(name);
        return name;
    }

    // Its bytes do not matter: frames of another file mean nothing in this one. But frames behind its end on the disk
    // would be lost with the power, whatever their syncs said. So the end is written again, and synced with the header.
    private long KnownLength(IFile file, string spare)
    {
        long length = file.Length;
        if (length == fileBytes && _doubtful.Contains(spare))
        {
            length -= JournalFileHeader.PageBytes;
            file.SetLength(length);
        }

        return length;
    }

    /// <summary>What a full disk left of it must not take the space of what was accepted.</summary>
    private void FillOrGiveBack(IFile file, string spare)
    {
        long length = KnownLength(file, spare);
        try
        {
            FillWithZeros(file, length);
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            file.SetLength(length);
            if (length == 0)
            {
                files.Delete(Path.Combine(directory, spare));
                _spares.Remove(spare);
            }

            throw;
        }
    }

    // Zero-filled files sync faster than growing ones: no block is allocated while somebody waits. Written, not
    // reserved: a reserved block is marked unwritten, and the first write to it changes the file's metadata.
    private void FillWithZeros(IFile file, long length)
    {
        if (length == fileBytes)
        {
            return;
        }

        // A spare of another size (the setting was changed) or one that a crash or a full disk left half-filled.
        if (length > fileBytes)
        {
            file.SetLength(fileBytes);
            return;
        }

        byte[] zeros = new byte[(int)Math.Min(ZeroBytes, fileBytes - length)];
        for (long offset = length; offset < fileBytes; offset += zeros.Length)
        {
            file.Write(offset, zeros.AsSpan(0, (int)Math.Min(zeros.Length, fileBytes - offset)));
        }
    }
}
