// The keys of one log, as somebody trusts them: the first one came out of band, each further one by a rotation that the
// one before signed. The one door for checkpoints: it accepts one only if its origin is the expected one, from a key
// that has this origin as its name and is valid at its size. Of two ledgers that share a key, neither passes for the
// other.
// Immutable: following a rotation gives another set. Any thread.
namespace LedgerStore.Proofs;

/// <summary>What must be known of a log to verify its checkpoints: its origin, and its keys with their sizes.</summary>
public sealed class LogKeySet
{
    /// <summary>Rotations come from the server; this bounds what a client keeps. One a month for 21 years.</summary>
    public const int KeysMax = 256;

    private readonly LogKey[] _keys;
    private readonly VerifierKeys _verifiers;

    /// <exception cref="ArgumentException">No key, too many, one twice, or two that cannot be told apart.</exception>
    /// <exception cref="VerificationFailedException">A key is named after another log.</exception>
    public LogKeySet(string origin, params ReadOnlySpan<LogKey> keys)
    {
        if (keys.IsEmpty || keys.Length > KeysMax)
        {
            throw new ArgumentException($"a log has 1 to {KeysMax} keys, not {keys.Length}", nameof(keys));
        }

        foreach (LogKey key in keys)
        {
            CheckName(origin, key.Key);
        }

        Origin = origin;
        _keys = keys.ToArray();
        _verifiers = new VerifierKeys([.. _keys.Select(key => key.Key)]);
        if (_verifiers.Count != _keys.Length)
        {
            throw new ArgumentException("a key occurs twice among the keys of a log", nameof(keys));
        }
    }

    public string Origin { get; }

    public ReadOnlySpan<LogKey> Keys => _keys;

    /// <summary>A log that never rotated: one key, valid at every size.</summary>
    public static LogKeySet Trust(string origin, VerifierKey key) =>
        new(origin, new LogKey(key, firstSize: 0, lastSize: null));

    /// <summary>Keys that are all valid at every size, as a policy file lists them.</summary>
    public static LogKeySet Trust(string origin, VerifierKeys keys)
    {
        LogKey[] logKeys = new LogKey[keys.Count];
        for (int i = 0; i < logKeys.Length; i++)
        {
            logKeys[i] = new LogKey(keys.Keys[i], firstSize: 0, lastSize: null);
        }

        return new LogKeySet(origin, logKeys);
    }

    /// <summary>
    /// What somebody can verify who trusts one key of a log that may have had several, from statements of its rotations
    /// in any order: checkpoints of this key's time, and of every later key's.
    /// </summary>
    /// <remarks>Nothing before the key's time is believed: what came before, a later key cannot vouch for.</remarks>
    /// <exception cref="VerificationFailedException">The statements are of another log, or contradict each other.
    /// </exception>
    public static LogKeySet Trust(string origin, VerifierKey key, IReadOnlyList<KeyRotation> rotations)
    {
        KeyRotation? begin = rotations.FirstOrDefault(rotation => rotation.NewKey.Equals(key));
        LogKeySet set = new(origin, new LogKey(key, begin?.Size ?? 0, lastSize: null));
        LogKeySet before;
        do
        {
            before = set;
            foreach (KeyRotation rotation in rotations)
            {
                bool isOurs = Array.Exists(set._keys, known => known.Key.Equals(rotation.OldKey));
                set = isOurs || rotation.Origin != origin ? set.Follow(rotation) : set;
            }
        }
        while (!ReferenceEquals(set, before));
        return set;
    }

    /// <summary>Verifies a checkpoint of this log, and the signatures of the given cosigners on it.</summary>
    public VerifiedCheckpoint Open(ReadOnlySpan<byte> note, VerifierKeys cosigners) =>
        VerifiedCheckpoint.Open(SignedNote.Parse(note), this, cosigners);

    /// <summary>The set after a rotation: the old key ends, and the new one begins, at the statement's size.</summary>
    /// <remarks>A rotation that was followed before changes nothing.</remarks>
    /// <exception cref="VerificationFailedException">
    /// The statement does not continue this set: another log, an unknown or already rotated old key, a size before
    /// the old key's first. Two different rotations of one key are evidence against the log.
    /// </exception>
    public LogKeySet Follow(KeyRotation rotation)
    {
        if (!string.Equals(rotation.Origin, Origin, StringComparison.Ordinal))
        {
            throw new VerificationFailedException(
                $"the key rotation is of the log '{rotation.Origin}', expected is '{Origin}'");
        }

        int at = Array.FindIndex(_keys, key => key.Key.Equals(rotation.OldKey));
        if (at < 0)
        {
            throw new VerificationFailedException($"the key rotation begins at {rotation.OldKey}, which is not known");
        }

        LogKey old = _keys[at];
        int next = Array.FindIndex(_keys, key => key.Key.Equals(rotation.NewKey));
        if (old.LastSize is not null)
        {
            return old.LastSize == rotation.Size && next >= 0 && _keys[next].FirstSize == rotation.Size
                ? this
                : throw new VerificationFailedException(
                    $"{old.Key} was already rotated away at size {old.LastSize}; this is another rotation of it");
        }

        CheckNewKey(rotation, old);
        LogKey[] keys = [.. _keys, new LogKey(rotation.NewKey, rotation.Size, lastSize: null)];
        keys[at] = new LogKey(old.Key, old.FirstSize, rotation.Size);
        return new LogKeySet(Origin, keys);
    }

    internal VerifierKeys Verifiers => _verifiers;

    internal bool IsValidAt(VerifierKey verifier, ulong size) =>
        Array.Exists(_keys, key => key.IsValidAt(size) && key.Key.Equals(verifier));

    private static void CheckName(string origin, VerifierKey key)
    {
        if (!string.Equals(key.Name.Text, origin, StringComparison.Ordinal))
        {
            throw new VerificationFailedException($"the key {key} is not of the log '{origin}'");
        }
    }

    private void CheckNewKey(KeyRotation rotation, LogKey old)
    {
        if (rotation.Size < old.FirstSize)
        {
            throw new VerificationFailedException(
                $"the key rotation is at size {rotation.Size}, before the old key's first, {old.FirstSize}");
        }

        if (_verifiers.Find(rotation.NewKey.Name.Utf8, rotation.NewKey.Id) is not null)
        {
            throw new VerificationFailedException($"{rotation.NewKey} was a key of this log before");
        }

        if (_keys.Length == KeysMax)
        {
            throw new VerificationFailedException($"the log rotated its key more than {KeysMax - 1} times");
        }
    }
}
