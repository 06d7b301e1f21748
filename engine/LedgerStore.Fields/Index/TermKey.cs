// Terms: 4 bytes that stand for a value of a field in an index.
//
//   term = the first 4 bytes of SHA-256(0x00 || key || u8 field || u8 what || value)     what: 0 value, 1 beginning
//   key  = the first 8 bytes of the spec's id; in a salted ledger 32 secret bytes of the segment, so that only who can
//          read the segment, or was given its key, can say which value a term stands for:
//
//          HKDF-SHA-256(input: the salts of the first 256 entries of the segment, one behind the other;
//                       salt: "ledgerstore index key/v1"; info: the spec's id), of which the statement has the SHA-256
//
// The entries say it, not the store: no key has to be kept, none is lost when the store's keys are changed, and whoever
// reads the segment builds the same index.
//
// In a field of kind id, of which nearly every entry has another value, a term has 3 bytes: a quarter of the rows'
// size for a bundle in vain in 250 segments.
//
// It is a leaf hash of RFC 6962, so that many are computed side by side by the code that hashes entries. Two values
// with one term cost a bundle that is looked at in vain, never one that is not looked at. Immutable; any thread.

using System.Buffers.Binary;
using System.Security.Cryptography;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Makes terms of values.</summary>
internal sealed class TermKey
{
    public const int SecretBytes = 32;

    /// <summary>The longest message that is hashed, without the 0x00 before it.</summary>
    public const int MessageBytesMax = SecretBytes + 2 + FieldValues.ValueBytesMax + NumberText.LongerByMax;

    private const int PublicBytes = 8;

    private readonly byte[] _key;

    private TermKey(byte[] key, Hash256? commitment) => (_key, Commitment) = (key, commitment);

    private static ReadOnlySpan<byte> DerivationSalt => "ledgerstore index key/v1"u8;

    /// <summary>SHA-256 of a secret key, which may be told; null: the key is no secret.</summary>
    public Hash256? Commitment { get; }

    /// <summary>The secret; none of a key that everybody can compute.</summary>
    public ReadOnlyMemory<byte> SecretKey => Commitment is null ? default : _key;

    /// <summary>The key of ledgers that are not salted: everybody can compute it.</summary>
    public static TermKey Public(IndexSpec spec)
    {
        Hash256 id = spec.Id;
        return new TermKey(Hash256.BytesOf(ref id)[..PublicBytes].ToArray(), null);
    }

    /// <summary>The key of a segment of a salted ledger.</summary>
    public static TermKey Secret(ReadOnlySpan<byte> key) => key.Length == SecretBytes
        ? new TermKey(key.ToArray(), new Hash256(SHA256.HashData(key)))
        : throw new ArgumentException($"an index key has {SecretBytes} bytes, this has {key.Length}", nameof(key));

    /// <summary>The key of a segment, from its first bundle: a secret one if the entries have salts.</summary>
    /// <exception cref="MalformedDataException">It is no bundle of 256 entries.</exception>
    public static TermKey Of(IndexSpec spec, ReadOnlySpan<byte> firstBundle)
    {
        Span<byte> salts = stackalloc byte[EntryBounds.EntriesPerBundle * EntryBounds.SaltBytes];
        int length = 0;
        foreach (ReadOnlySpan<byte> entry in EntryBundle.Parse(firstBundle, EntryBounds.EntriesPerBundle))
        {
            if (EntryView.TryParse(entry, out EntryView view))
            {
                view.Salt.CopyTo(salts[length..]);
                length += view.Salt.Length;
            }
        }

        if (length == 0)
        {
            return Public(spec);
        }

        Hash256 id = spec.Id;
        Span<byte> key = stackalloc byte[SecretBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, salts[..length], key, DerivationSalt, Hash256.BytesOf(ref id));
        return Secret(key);
    }

    /// <summary>Writes what is hashed for a term; returns its length.</summary>
    public int Write(int field, bool isPrefix, ReadOnlySpan<byte> value, Span<byte> message)
    {
        _key.CopyTo(message);
        message[_key.Length] = (byte)field;
        message[_key.Length + 1] = isPrefix ? (byte)1 : (byte)0;
        value.CopyTo(message[(_key.Length + 2)..]);
        return _key.Length + 2 + value.Length;
    }

    /// <summary>The term of one value.</summary>
    public uint Of(FieldKind kind, int field, bool isPrefix, ReadOnlySpan<byte> value)
    {
        byte[] message = new byte[_key.Length + 2 + value.Length];
        _ = Write(field, isPrefix, value, message);
        return Of(kind, MerkleHash.Leaf(message));
    }

    /// <summary>The term that a hash begins with; that of an id without its last byte.</summary>
    public static uint Of(FieldKind kind, in Hash256 hash) =>
        BinaryPrimitives.ReadUInt32BigEndian(Hash256.BytesOf(in hash)) & (kind == FieldKind.Id ? ~0xFFu : ~0u);
}
