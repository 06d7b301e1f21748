// One signature line of a note, understood and not yet verified:
//
//   U+2014 " " <key name> " " base64(<key ID, 4 bytes> || <signature>) LF
//
// Immutable, any thread.
using System.Buffers.Binary;
using System.Text;

namespace LedgerStore.Proofs;

/// <summary>A signature line: who is said to have signed, and the signature.</summary>
public sealed class NoteSignature
{
    // The key ID and at least one byte of signature, as golang.org/x/mod demands.
    private const int DecodedBytesMin = KeyId.Length + 1;

    private readonly byte[] _decoded;
    private readonly ReadOnlyMemory<byte> _line;
    private readonly int _nameLength;

    private NoteSignature(ReadOnlyMemory<byte> line, int nameLength, byte[] decoded)
    {
        _line = line;
        _nameLength = nameLength;
        _decoded = decoded;
    }

    /// <summary>The key name, in UTF-8. Not necessarily one of which anything is known.</summary>
    public ReadOnlySpan<byte> Name => _line.Span.Slice(Prefix.Length, _nameLength);

    public KeyId Id => new(BinaryPrimitives.ReadUInt32BigEndian(_decoded));

    /// <summary>What follows the key ID: for a log 64 bytes, for a cosigner the time and 64 bytes.</summary>
    public ReadOnlySpan<byte> Signature => _decoded.AsSpan(KeyId.Length);

    /// <summary>The line as it stands in the note, with its LF.</summary>
    public ReadOnlySpan<byte> Line => _line.Span;

    /// <summary>An em dash and a space.</summary>
    internal static ReadOnlySpan<byte> Prefix => "\u2014 "u8;

    public override string ToString() => $"{Encoding.UTF8.GetString(Name)}+{Id}";

    /// <summary>Reads a line that ends in LF, lying at the given offset of its note.</summary>
    internal static NoteSignature Parse(ReadOnlyMemory<byte> line, long offset)
    {
        ReadOnlySpan<byte> rest = line.Span[..^1];
        if (!rest.StartsWith(Prefix))
        {
            throw new MalformedDataException("a signature line begins with an em dash and a space", offset);
        }

        rest = rest[Prefix.Length..];
        int nameLength = rest.IndexOf((byte)' ');
        if (nameLength < 0 || !KeyName.IsWellFormed(rest[..nameLength]))
        {
            throw new MalformedDataException("a signature line without a valid key name", offset + Prefix.Length);
        }

        byte[]? decoded = StrictBase64.Decode(rest[(nameLength + 1)..]);
        if (decoded is null || decoded.Length < DecodedBytesMin)
        {
            throw new MalformedDataException(
                "a signature is not the base64 of a key ID and a signature", offset + Prefix.Length + nameLength + 1);
        }

        return new NoteSignature(line, nameLength, decoded);
    }

    /// <summary>The line of a signature that was just made.</summary>
    internal static byte[] Format(KeyName name, KeyId id, ReadOnlySpan<byte> signature)
    {
        Span<byte> decoded = stackalloc byte[KeyId.Length + signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(decoded, id.Value);
        signature.CopyTo(decoded[KeyId.Length..]);
        byte[] base64 = Encoding.ASCII.GetBytes(Convert.ToBase64String(decoded));
        return [.. Prefix, .. name.Utf8, (byte)' ', .. base64, (byte)'\n'];
    }
}
