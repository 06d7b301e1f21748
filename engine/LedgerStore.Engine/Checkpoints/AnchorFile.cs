// The anchor on the disk: read when the store is opened, appended to, compacted by writing it anew. AnchorFormat draws
// it.
// Owned by the anchor's keeper; one thread.
using LedgerStore.Durable;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>The newest checkpoint of each ledger, outside of the data directory.</summary>
internal sealed class AnchorFile(IFileSystem files, string path, UInt128 storeId)
{
    private const long CompactionBytesMin = 256 * 1024;

    private readonly SortedDictionary<uint, CheckpointRecord> _newest = [];
    private uint _headerCrc;
    private long _end;
    private long _liveBytes = AnchorFormat.HeaderBytes;

    // Nobody knows what is on the disk: a torn tail, or a write or sync that failed. The next write writes all of it.
    private bool _mustRewrite = true;

    public string Path => path;

    /// <summary>The newest checkpoint of each ledger, as far as it is in the file.</summary>
    public IReadOnlyDictionary<uint, CheckpointRecord> Newest => _newest;

    /// <summary>Reads the file.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="StoreException">RollbackDetected: it is another store's. Corruption: it is damaged.</exception>
    public bool TryLoad()
    {
        if (!files.Exists(path))
        {
            return false;
        }

        byte[] bytes = ReadAll();
        try
        {
            UInt128 owner = AnchorFormat.DecodeHeader(bytes, out _headerCrc);
            if (owner != storeId)
            {
                throw new StoreException(
                    StoreReason.RollbackDetected,
                    $"the anchor '{path}' is of the store {owner:x32}, the data directory holds the store "
                    + $"{storeId:x32}. Nothing is signed. Restore the data that belongs to the anchor");
            }

            _end = ReadRecords(bytes);
        }
        catch (MalformedDataException damage)
        {
            throw Damaged(damage.Offset, damage.What);
        }

        _mustRewrite = _end < bytes.Length;
        return true;
    }

    /// <summary>Makes the file's name durable. A process that was killed while it gave the file its name left that to
    /// the next one, which builds on what it finds.</summary>
    /// <exception cref="StorageException">It failed.</exception>
    public void SyncName() => files.SyncDirectory(path[..Math.Max(1, path.LastIndexOf('/'))]);

    /// <summary>Makes checkpoints durable.</summary>
    /// <exception cref="StorageException">It failed; the next call writes everything anew.</exception>
    public void Write(IReadOnlyCollection<KeyValuePair<uint, CheckpointRecord>> changed)
    {
        foreach ((uint ledgerId, CheckpointRecord record) in changed)
        {
            Take(ledgerId, record);
        }

        bool isLarge = _end > CompactionBytesMin && _end > 4 * _liveBytes;
        bool rewrites = _mustRewrite || isLarge;

        // Until it has succeeded nobody knows what is there.
        _mustRewrite = true;
        if (rewrites)
        {
            Rewrite();
        }
        else
        {
            Append(changed);
        }

        _mustRewrite = false;
    }

    private byte[] ReadAll()
    {
        using IFile file = files.Open(path, FileAccessMode.ReadOnly);
        if (file.Length > AnchorFormat.FileBytesMax)
        {
            throw Damaged(0, $"it has {file.Length:N0} bytes, no anchor has more than {AnchorFormat.FileBytesMax:N0}");
        }

        byte[] bytes = new byte[file.Length];
        int read = file.Read(0, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <returns>Where the valid records end.</returns>
    private int ReadRecords(byte[] bytes)
    {
        int offset = AnchorFormat.HeaderBytes;
        while (true)
        {
            int length = AnchorFormat.TryDecodeRecord(
                bytes, offset, _headerCrc, out uint ledgerId, out CheckpointRecord? record);
            if (length == 0)
            {
                break;
            }

            Take(ledgerId, record!);
            offset += length;
        }

        for (int behind = offset + AnchorFormat.Alignment; behind < bytes.Length; behind += AnchorFormat.Alignment)
        {
            // Records of one write may be torn anywhere. One that was written later shows that this one was durable.
            if (AnchorFormat.TryDecodeRecord(bytes, behind, _headerCrc, out _, out _) > 0
                && AnchorFormat.IsDurableInFront(bytes, behind))
            {
                throw Damaged(offset, "a record is damaged, and there are sound ones behind it");
            }
        }

        return offset;
    }

    private void Take(uint ledgerId, CheckpointRecord record)
    {
        if (_newest.TryGetValue(ledgerId, out CheckpointRecord? before))
        {
            if (record.Size < before.Size)
            {
                return;
            }

            _liveBytes -= AnchorFormat.RecordBytes(before);
        }

        _newest[ledgerId] = record;
        _liveBytes += AnchorFormat.RecordBytes(record);
    }

    private void Append(IReadOnlyCollection<KeyValuePair<uint, CheckpointRecord>> changed)
    {
        byte[] bytes = Encode(changed, _end, isDurable: false);
        using IFile file = files.Open(path, FileAccessMode.ReadWrite);
        file.Write(_end, bytes);
        file.Sync();
        _end += bytes.Length;
    }

    private void Rewrite()
    {
        byte[] header = new byte[AnchorFormat.HeaderBytes];
        _headerCrc = AnchorFormat.EncodeHeader(storeId, header);

        // The file gets its name when all of it is durable: none of its records is ever torn.
        byte[] records = Encode(_newest, AnchorFormat.HeaderBytes, isDurable: true);
        AtomicFile.Replace(files, path, file =>
        {
            file.Write(0, header);
            file.Write(header.Length, records);
        });
        _end = header.Length + records.Length;
    }

    private byte[] Encode(
        IReadOnlyCollection<KeyValuePair<uint, CheckpointRecord>> records, long offset, bool isDurable)
    {
        byte[] bytes = new byte[records.Sum(static record => (long)AnchorFormat.RecordBytes(record.Value))];
        int at = 0;
        foreach ((uint ledgerId, CheckpointRecord record) in records)
        {
            bool isDurableInFront = isDurable || at == 0;
            AnchorFormat.EncodeRecord(
                ledgerId, record, offset + at, isDurableInFront, _headerCrc, bytes.AsSpan(at));
            at += AnchorFormat.RecordBytes(record);
        }

        return bytes;
    }

    private StoreException Damaged(long offset, string what) => new(
        StoreReason.Corruption,
        $"the anchor '{path}' is damaged at byte {offset:N0}: {what}. It is evidence: keep a copy. Restore it from a "
        + "backup; without it a rollback of the data would not be noticed");
}
