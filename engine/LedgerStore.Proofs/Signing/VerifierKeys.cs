// The keys that somebody trusts: a set without two keys of the same name and ID. Small (a handful of logs and
// witnesses), so it is looked through in order.
// Immutable, any thread.
namespace LedgerStore.Proofs;

/// <summary>A set of known keys.</summary>
public sealed class VerifierKeys
{
    private readonly VerifierKey[] _keys;

    /// <summary>The set of the given keys; equal ones count once.</summary>
    /// <exception cref="ArgumentException">
    /// Two different keys have the same name and ID: a signature line could mean either.
    /// </exception>
    public VerifierKeys(params ReadOnlySpan<VerifierKey> keys)
    {
        List<VerifierKey> distinct = new(keys.Length);
        foreach (VerifierKey key in keys)
        {
            VerifierKey? known = distinct.Find(other => other.Id == key.Id && other.Name.Equals(key.Name));
            if (known is null)
            {
                distinct.Add(key);
            }
            else if (!known.Equals(key))
            {
                throw new ArgumentException(
                    $"ambiguous keys: {known} and {key} have the same name and ID", nameof(keys));
            }
        }

        _keys = [.. distinct];
    }

    public static VerifierKeys None { get; } = new();

    public ReadOnlySpan<VerifierKey> Keys => _keys;

    public int Count => _keys.Length;

    public bool Contains(VerifierKey key) => _keys.AsSpan().Contains(key);

    /// <summary>The key that a signature line names, or null when it is not known.</summary>
    public VerifierKey? Find(ReadOnlySpan<byte> name, KeyId id)
    {
        foreach (VerifierKey key in _keys)
        {
            if (key.Id == id && key.Name.Utf8.SequenceEqual(name))
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>The keys of both sets.</summary>
    /// <exception cref="VerificationFailedException">
    /// A key of one cannot be told from a key of the other. An ID has 32 bits only, and rotated keys come from the log
    /// itself: it could search for one that passes for a witness's.
    /// </exception>
    internal VerifierKeys Union(VerifierKeys other)
    {
        foreach (VerifierKey key in other._keys)
        {
            if (Find(key.Name.Utf8, key.Id) is VerifierKey known && !known.Equals(key))
            {
                throw new VerificationFailedException(
                    $"ambiguous keys: {known} and {key} have the same name and ID");
            }
        }

        return new VerifierKeys([.. _keys, .. other._keys]);
    }
}
