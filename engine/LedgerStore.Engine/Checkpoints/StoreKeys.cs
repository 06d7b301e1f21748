// The keys that a store has signed with, and each ledger's part of every rotation: the committed log `keys`.
// Changed by the thread that opens the store and by the one that rotates, never at the same time; read by any thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>The key log.</summary>
/// <remarks>
/// It is what verifiers are told, not what they trust: every rotation is a statement that the key before it signed. A
/// store whose key log was exchanged is found out by whoever knows one of its keys.
/// </remarks>
internal sealed class StoreKeys
{
    private readonly CommittedLog _log;
    private readonly Lock _lock = new();

    // Guarded by the lock. A ledger's rotations in order; the last one is its checkpoint that both keys signed.
    private readonly List<KeyRecord> _keys = [];
    private readonly Dictionary<uint, List<RotatedRecord>> _rotated = [];
    private readonly List<RotatedRecord> _undecided = [];
    private uint _lastNumber;
    private long _missingAnchors;

    private StoreKeys(IFileSystem files, StorePaths paths, UInt128 storeId, FileAccessMode mode)
    {
        var identity = new CommittedLogIdentity(CommittedLogKind.Keys, storeId, 0);
        _log = files.Exists(paths.Keys)
            ? CommittedLog.Open(files, paths.Keys, identity, mode, Load)
            : CommittedLog.CreateNew(files, paths.Keys, identity);
        if (_log.CommittedBytes > 0 && mode == FileAccessMode.ReadWrite)
        {
            // Records that were found behind the commit are committed before anybody acts on them: until then they may
            // be in the page cache only.
            _log.CommitNow();
        }
    }

    /// <summary>The key that signs now; null in a store that never signed.</summary>
    public KeyRecord? Current
    {
        get
        {
            lock (_lock)
            {
                return _keys.Count > 0 ? _keys[^1] : null;
            }
        }
    }

    /// <summary>How often an operator had the store sign without its anchor.</summary>
    public long MissingAnchors => Interlocked.Read(ref _missingAnchors);

    /// <summary>Reads the log, if there is one; it is created with the first key.</summary>
    /// <exception cref="StoreException">Corruption.</exception>
    public static StoreKeys Open(IFileSystem files, StorePaths paths, UInt128 storeId, FileAccessMode mode) =>
        new(files, paths, storeId, mode);

    /// <summary>The first key of a store.</summary>
    public void AdoptFirst(ReadOnlySpan<byte> publicKey, long micros)
    {
        KeyRecord first = new(0, micros, publicKey.ToArray());
        Commit((KeyRecordType.Key, first.Encode()));
        Apply(first);
    }

    /// <summary>Records that the store signs although its anchor is missing.</summary>
    public void RecordMissingAnchor(long micros)
    {
        byte[] body = new byte[sizeof(long)];
        new RecordBodyWriter(body).WriteI64(micros);
        Commit((KeyRecordType.AnchorMissing, body));
        Interlocked.Increment(ref _missingAnchors);
    }

    /// <summary>What the next rotation is called. One that is given up leaves its number unused.</summary>
    public uint NextNumber()
    {
        lock (_lock)
        {
            return ++_lastNumber;
        }
    }

    /// <summary>Writes ledgers' parts of a rotation. They count when the key's record is durable.</summary>
    public void Write(IReadOnlyList<RotatedRecord> rotated)
    {
        Commit([.. rotated.Select(static record => (KeyRecordType.Rotated, record.Encode()))]);
        lock (_lock)
        {
            _undecided.AddRange(rotated);
        }
    }

    /// <summary>The rotation happens here: before it the old key signs, behind it the new one.</summary>
    public void Rotate(KeyRecord next)
    {
        Commit((KeyRecordType.Key, next.Encode()));
        Apply(next);
    }

    /// <summary>A ledger's rotations, oldest first.</summary>
    public IReadOnlyList<RotatedRecord> RotationsOf(uint ledgerId)
    {
        lock (_lock)
        {
            return _rotated.TryGetValue(ledgerId, out List<RotatedRecord>? found) ? [.. found] : [];
        }
    }

    /// <summary>The keys of one ledger with the sizes that each may sign; null in a store that never signed.</summary>
    public LogKeySet? KeysOf(uint ledgerId, string origin)
    {
        IReadOnlyList<RotatedRecord> rotations = RotationsOf(ledgerId);
        if (Current is not { } current)
        {
            return null;
        }

        if (rotations.Count == 0)
        {
            return LogKeySet.Trust(origin, Named(origin, current.PublicKey));
        }

        KeyRotation first = KeyRotation.Open(rotations[0].Statement);
        LogKeySet keys = LogKeySet.Trust(origin, first.OldKey);
        foreach (RotatedRecord rotation in rotations)
        {
            keys = keys.Follow(KeyRotation.Open(rotation.Statement));
        }

        return keys;
    }

    public static VerifierKey Named(string origin, ReadOnlySpan<byte> publicKey) =>
        new(KeyName.Parse(origin), SignatureType.Ed25519, publicKey);

    private void Load(ushort type, ReadOnlySpan<byte> body)
    {
        switch ((KeyRecordType)type)
        {
            case KeyRecordType.Key:
                Apply(KeyRecord.Decode(body));
                break;
            case KeyRecordType.Rotated:
                RotatedRecord rotated = RotatedRecord.Decode(body);
                _lastNumber = Math.Max(_lastNumber, rotated.Number);
                _undecided.Add(rotated);
                break;
            case KeyRecordType.AnchorMissing:
                _missingAnchors++;
                break;
            default:
                FormatCheck.That(false, "the type of a record is unknown; use a newer program", 0);
                break;
        }
    }

    private void Apply(KeyRecord key)
    {
        lock (_lock)
        {
            foreach (RotatedRecord rotated in _undecided)
            {
                if (rotated.Number == key.Number)
                {
                    ListOf(rotated.LedgerId).Add(rotated);
                }
            }

            // What else there is, is of rotations that were given up.
            _undecided.Clear();
            _keys.Add(key);
            _lastNumber = Math.Max(_lastNumber, key.Number);
        }
    }

    private List<RotatedRecord> ListOf(uint ledgerId)
    {
        if (!_rotated.TryGetValue(ledgerId, out List<RotatedRecord>? list))
        {
            _rotated.Add(ledgerId, list = []);
        }

        return list;
    }

    private void Commit(params ReadOnlySpan<(KeyRecordType Type, byte[] Body)> records)
    {
        foreach ((KeyRecordType type, byte[] body) in records)
        {
            _log.Append((ushort)type, body);
        }

        try
        {
            _log.CommitNow();
        }
        catch (StorageException full) when (full.IsNoSpace && !_log.IsHalfCommitted)
        {
            _log.DiscardPending();
            throw;
        }
    }
}
