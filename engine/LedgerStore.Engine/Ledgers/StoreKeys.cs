// The keys that a store has signed with, and each ledger's part of every rotation: the committed log `keys`.
// Changed by the thread that opens the store and by the one that rotates, never at the same time; read by any thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

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
    private SigningKey? _signing;
    private uint _lastNumber;
    private long _missingAnchors;

    private StoreKeys(
        IFileSystem files, StorePaths paths, UInt128 storeId, FileAccessMode mode, SigningKey? signing)
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

        _signing = signing is not null && Current is { } current && current.IsOf(signing) ? signing : null;
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
    /// <param name="signing">The store's key, if it is at hand; another key than the log names counts as none.</param>
    /// <exception cref="StoreException">Corruption.</exception>
    public static StoreKeys Open(
        IFileSystem files, StorePaths paths, UInt128 storeId, FileAccessMode mode, SigningKey? signing) =>
        new(files, paths, storeId, mode, signing);

    /// <summary>The first key of a store: from its first signature on, each ledger has a key of its own.</summary>
    public void AdoptFirst(SigningKey signing, long micros) =>
        Rotate(new KeyRecord(0, micros, KeyScheme.Derived, signing.PublicKey.ToArray()), signing);

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
    public void Rotate(KeyRecord next, SigningKey signing)
    {
        Commit((next.Type, next.Encode()));
        lock (_lock)
        {
            Apply(next);
            _signing = signing;
        }
    }

    /// <summary>A ledger's rotations, oldest first.</summary>
    public IReadOnlyList<RotatedRecord> RotationsOf(uint ledgerId)
    {
        lock (_lock)
        {
            return _rotated.TryGetValue(ledgerId, out List<RotatedRecord>? found) ? [.. found] : [];
        }
    }

    /// <summary>The keys of one ledger with the sizes that each may sign; null where they are not known: in a store
    /// that never signed, and without the store's key if it derives one for each ledger.</summary>
    public LogKeySet? KeysOf(uint ledgerId, string origin)
    {
        // At one moment: a rotation in between would give its key all sizes.
        IReadOnlyList<RotatedRecord> rotations;
        KeyRecord? current;
        SigningKey? signing;
        lock (_lock)
        {
            rotations = RotationsOf(ledgerId);
            (current, signing) = (_keys.Count > 0 ? _keys[^1] : null, _signing);
        }

        if (rotations.Count == 0)
        {
            return KeyOf(origin, current, signing) is { } key ? LogKeySet.Trust(origin, key) : null;
        }

        KeyRotation first = KeyRotation.Open(rotations[0].Statement);
        LogKeySet keys = LogKeySet.Trust(origin, first.OldKey);
        foreach (RotatedRecord rotation in rotations)
        {
            keys = keys.Follow(KeyRotation.Open(rotation.Statement));
        }

        return keys;
    }

    /// <summary>The same, where the rotations that the log tells of lead to the key that signs now.</summary>
    /// <exception cref="StoreException">Corruption, KeyMismatch: they do not, so the log was edited.</exception>
    public LogKeySet? CheckedKeysOf(uint ledgerId, string origin)
    {
        try
        {
            LogKeySet? keys = KeysOf(ledgerId, origin);
            if (keys is { Keys.Length: > 1 } && OwnKeyOf(origin) is { } own && !keys.Keys[^1].Key.Equals(own))
            {
                throw new StoreException(
                    StoreReason.KeyMismatch,
                    $"the key log names {keys.Keys[^1].Key} as the key of '{origin}', and the signing key gives {own}: "
                    + "somebody edited the log. Nothing is signed. Restore it from a backup");
            }

            return keys;
        }
        catch (Exception wrong) when (wrong is VerificationFailedException or MalformedDataException)
        {
            throw NotSigned(origin, wrong);
        }
    }

    /// <summary>Says that a rotation of the key log is not what both keys signed.</summary>
    public static StoreException NotSigned(string origin, Exception wrong) => new(
        StoreReason.Corruption,
        $"the key log's rotations of '{origin}' are not what keys signed: {wrong.Message}. Nothing is signed. Restore "
        + "it from a backup",
        wrong);

    /// <summary>The key of a ledger by the private key, about which no file of the store can say something else; null
    /// when it is not at hand.</summary>
    public VerifierKey? OwnKeyOf(string origin)
    {
        (SigningKey? signing, KeyScheme scheme) = Signing;
        return signing is null ? null : LedgerKeyDerivation.VerifierKeyOf(signing, KeyName.Parse(origin), scheme);
    }

    /// <summary>What signs a ledger now. Dispose it.</summary>
    public LedgerSigner MakeSigner(string origin)
    {
        (SigningKey? signing, KeyScheme scheme) = Signing;
        Invariant.That(signing is not null, "who signs has the store's key");
        return LedgerSigner.Make(signing, scheme, origin);
    }

    private (SigningKey? Key, KeyScheme Scheme) Signing
    {
        get
        {
            lock (_lock)
            {
                return (_signing, _keys.Count > 0 ? _keys[^1].Scheme : KeyScheme.Derived);
            }
        }
    }

    private static VerifierKey? KeyOf(string origin, KeyRecord? current, SigningKey? signing) => current switch
    {
        null => null,
        { Scheme: KeyScheme.Shared } => Named(origin, current.PublicKey),
        _ when signing is not null =>
            LedgerKeyDerivation.VerifierKeyOf(signing, KeyName.Parse(origin), current.Scheme),
        _ => null,
    };

    public static VerifierKey Named(string origin, ReadOnlySpan<byte> publicKey) =>
        new(KeyName.Parse(origin), SignatureType.Ed25519, publicKey);

    private void Load(ushort type, ReadOnlySpan<byte> body)
    {
        switch ((KeyRecordType)type)
        {
            case KeyRecordType.Key or KeyRecordType.SchemeKey:
                Apply(KeyRecord.Decode((KeyRecordType)type, body));
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
