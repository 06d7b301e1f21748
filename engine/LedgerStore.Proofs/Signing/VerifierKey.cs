// A public key with its name and type, as it is told to those who verify: a vkey (C2SP signed-note).
//
//   <name> "+" <key ID, 8 hex> "+" base64(<type, 1 byte> || <public key, 32 bytes>)
//
// Immutable, any thread.
using System.Text;
using NSec.Cryptography;

namespace LedgerStore.Proofs;

/// <summary>A named public key that verifies signatures of one type.</summary>
public sealed class VerifierKey : IEquatable<VerifierKey>
{
    /// <summary>The longest vkey: name, two '+', 8 digits, base64 of 33 bytes.</summary>
    public const int VkeyBytesMax = KeyName.BytesMax + 2 + KeyIdDigits + KeyBase64Length;

    private const int KeyIdDigits = 8;
    private const int KeyBase64Length = 44;

    private readonly byte[] _publicKey;
    private readonly PublicKey _key;

    public VerifierKey(KeyName name, SignatureType type, ReadOnlySpan<byte> publicKey)
    {
        if (type is not (SignatureType.Ed25519 or SignatureType.CosignatureV1))
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, "neither Ed25519 (1) nor cosignature/v1 (4)");
        }

        _key = Ed25519.ImportPublic(publicKey);
        _publicKey = publicKey.ToArray();
        Name = name;
        Type = type;
        Id = KeyId.Of(name, type, publicKey);
    }

    public KeyName Name { get; }

    public SignatureType Type { get; }

    public KeyId Id { get; }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Reads a vkey; what it writes back is the same text.</summary>
    public static VerifierKey Parse(ReadOnlySpan<byte> vkey)
    {
        if (vkey.Length > VkeyBytesMax)
        {
            throw new MalformedDataException(
                $"a vkey of {vkey.Length} bytes exceeds the limit of {VkeyBytesMax}", VkeyBytesMax);
        }

        int idAt = vkey.IndexOf((byte)'+') + 1;
        int keyAt = idAt + KeyIdDigits + 1;
        if (idAt == 0 || keyAt > vkey.Length || vkey[keyAt - 1] != '+')
        {
            throw new MalformedDataException("a vkey has the form name+8hex+base64", Math.Max(idAt - 1, 0));
        }

        KeyName name = KeyName.Parse(vkey[..(idAt - 1)]);
        Span<byte> key = stackalloc byte[1 + Ed25519.PublicKeyLength];
        (SignatureType type, int length) = ReadKey(vkey[keyAt..], keyAt, key);
        if (length != key.Length)
        {
            throw new MalformedDataException(
                $"an Ed25519 vkey holds {key.Length} bytes, this holds {length}", keyAt);
        }

        VerifierKey verifier = new(name, type, key[1..]);
        if (!vkey[idAt..(keyAt - 1)].SequenceEqual(Encoding.ASCII.GetBytes(verifier.Id.ToString())))
        {
            throw new MalformedDataException($"the key ID of this vkey must be {verifier.Id}", idAt);
        }

        return verifier;
    }

    public static VerifierKey Parse(string vkey) => Parse(Encoding.UTF8.GetBytes(vkey));

    /// <summary>True when the signature (without its key ID) is this key's over the text of a note.</summary>
    /// <remarks>A cosignature is the time, 8 bytes, and then the signature; both are checked.</remarks>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        if (Type == SignatureType.Ed25519)
        {
            return Ed25519.Algorithm.Verify(_key, text, signature);
        }

        return CosignatureMessage.TryReadTime(signature, out ulong seconds)
            && Ed25519.Algorithm.Verify(
                _key, CosignatureMessage.Build(seconds, text), signature[CosignatureMessage.TimeLength..]);
    }

    /// <summary>The vkey.</summary>
    public override string ToString()
    {
        Span<byte> key = stackalloc byte[1 + Ed25519.PublicKeyLength];
        key[0] = (byte)Type;
        _publicKey.CopyTo(key[1..]);
        return $"{Name}+{Id}+{Convert.ToBase64String(key)}";
    }

    public bool Equals(VerifierKey? other) =>
        other is not null && Id == other.Id && Type == other.Type && Name.Equals(other.Name)
        && PublicKey.SequenceEqual(other.PublicKey);

    public override bool Equals(object? obj) => Equals(obj as VerifierKey);

    public override int GetHashCode() => (int)Id.Value;

    private static (SignatureType Type, int Length) ReadKey(ReadOnlySpan<byte> base64, int offset, Span<byte> key)
    {
        if (base64.Length > KeyBase64Length || !StrictBase64.TryDecode(base64, key, out int length) || length == 0)
        {
            throw new MalformedDataException("not the base64 of a type and an Ed25519 public key", offset);
        }

        SignatureType type = (SignatureType)key[0];
        return type is SignatureType.Ed25519 or SignatureType.CosignatureV1
            ? (type, length)
            : throw new MalformedDataException(
                $"key type 0x{key[0]:x2} is not supported, only 0x01 (Ed25519) and 0x04 (cosignature/v1)", offset);
    }
}
