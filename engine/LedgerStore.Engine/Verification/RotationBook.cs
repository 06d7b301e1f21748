// The key rotations that a store tells of: its key log, read and not believed. Immutable after it is read: any thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Rotations by ledger, oldest first.</summary>
internal sealed class RotationBook
{
    private readonly Dictionary<uint, List<RotatedRecord>> _rotated = [];

    /// <summary>The store's keys, oldest first.</summary>
    public List<KeyRecord> Keys { get; } = [];

    /// <summary>How often the store signed although its anchor was missing.</summary>
    public int MissingAnchors { get; private set; }

    /// <summary>A store that never rotated its key.</summary>
    public static RotationBook Empty { get; } = new();

    /// <summary>Reads the key log, if there is one.</summary>
    /// <exception cref="StoreException">Corruption.</exception>
    public static RotationBook Read(IFileSystem files, StorePaths paths, UInt128 storeId)
    {
        RotationBook book = new();
        if (!files.Exists(paths.Keys))
        {
            return book;
        }

        List<RotatedRecord> undecided = [];
        CommittedLogIdentity identity = new(CommittedLogKind.Keys, storeId, 0);
        CommittedLog.Open(files, paths.Keys, identity, FileAccessMode.ReadOnly, (type, body) =>
        {
            switch ((KeyRecordType)type)
            {
                case KeyRecordType.Rotated:
                    undecided.Add(RotatedRecord.Decode(body));
                    break;
                case KeyRecordType.Key or KeyRecordType.SchemeKey:
                    // Only the key's record makes a rotation one that happened.
                    KeyRecord key = KeyRecord.Decode((KeyRecordType)type, body);
                    book.Keys.Add(key);
                    undecided.FindAll(rotated => rotated.Number == key.Number).ForEach(book.Add);
                    undecided.Clear();
                    break;
                case KeyRecordType.AnchorMissing:
                    book.MissingAnchors++;
                    break;
                default:
                    FormatCheck.That(false, "the type of a record is unknown; use a newer program", 0);
                    break;
            }
        });
        return book;
    }

    public IReadOnlyList<RotatedRecord> Of(uint ledgerId) =>
        _rotated.TryGetValue(ledgerId, out List<RotatedRecord>? found) ? found : [];

    /// <summary>The keys of a ledger, from those that are trusted and the statements that lead from them to others.
    /// </summary>
    /// <remarks>
    /// Forward, a key that is trusted vouches for the next one. Backward too: the new key signed as well that the old
    /// one was valid up to that size.
    /// </remarks>
    /// <exception cref="VerificationFailedException">A statement contradicts what is trusted.</exception>
    /// <exception cref="MalformedDataException">One is not a statement.</exception>
    public LogKeySet Extend(LogKeySet trusted, uint ledgerId)
    {
        List<KeyRotation> rotations = [.. Of(ledgerId).Select(rotated => KeyRotation.Open(rotated.Statement))];
        DemandChain(rotations, trusted.Origin);
        int start = rotations.FindIndex(rotation => Knows(trusted, rotation.OldKey));
        if (start < 0)
        {
            start = rotations.FindLastIndex(rotation => Knows(trusted, rotation.NewKey)) + 1;
        }

        LogKeySet keys = start == 0 ? trusted : Before(trusted, rotations, start);
        return rotations.Skip(start).Aggregate(keys, (known, rotation) => known.Follow(rotation));
    }

    /// <summary>Each rotation begins at the key that the one before it led to. A statement that two strangers signed is
    /// whole by itself: only what stands beside it says that they never were keys of this log.</summary>
    private static void DemandChain(List<KeyRotation> rotations, string origin)
    {
        for (int i = 0; i < rotations.Count; i++)
        {
            if (rotations[i].Origin != origin || (i > 0 && !rotations[i].OldKey.Equals(rotations[i - 1].NewKey)))
            {
                throw new VerificationFailedException("the key rotations do not follow each other");
            }
        }
    }

    /// <summary>Adds the keys before the first one that is known.</summary>
    private static LogKeySet Before(LogKeySet trusted, List<KeyRotation> rotations, int start)
    {
        List<LogKey> keys = [];
        ulong first = 0;
        for (int i = 0; i < start; i++)
        {
            KeyRotation rotation = rotations[i];
            keys.Add(new LogKey(rotation.OldKey, first, rotation.Size));
            first = rotation.Size;
        }

        foreach (LogKey key in trusted.Keys)
        {
            bool isNext = key.Key.Equals(rotations[start - 1].NewKey);
            keys.Add(new LogKey(key.Key, isNext ? Math.Max(first, key.FirstSize) : key.FirstSize, key.LastSize));
        }

        return new LogKeySet(trusted.Origin, [.. keys]);
    }

    private static bool Knows(LogKeySet keys, VerifierKey key)
    {
        foreach (LogKey known in keys.Keys)
        {
            if (known.Key.Equals(key))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(RotatedRecord rotated)
    {
        if (!_rotated.TryGetValue(rotated.LedgerId, out List<RotatedRecord>? list))
        {
            _rotated.Add(rotated.LedgerId, list = []);
        }

        list.Add(rotated);
    }
}
