// The statement by which a log goes over to another key. The text of a note that both keys signed:
//
//   ledgerstore key rotation/v1 LF
//   <origin> LF
//   <vkey of the old key> LF
//   <vkey of the new key> LF
//   <size, decimal> LF          the old key signs no checkpoint larger than this, the new one none smaller
//
// Both keys have the origin as their name. The checkpoint of exactly this size is signed by both. No checkpoint can be
// taken for a rotation, nor the other way round: the third line of a checkpoint has 44 bytes, a vkey at least 55.
// Immutable, any thread.
using System.Text;

namespace LedgerStore.Proofs;

/// <summary>A rotation that both keys verifiably signed. Whether to trust them: <see cref="LogKeySet"/>.</summary>
public sealed class KeyRotation
{
    private KeyRotation(SignedNote note, string origin, VerifierKey oldKey, VerifierKey newKey, ulong size)
    {
        Note = note;
        Origin = origin;
        OldKey = oldKey;
        NewKey = newKey;
        Size = size;
    }

    private static ReadOnlySpan<byte> Header => "ledgerstore key rotation/v1"u8;

    public SignedNote Note { get; }

    public string Origin { get; }

    public VerifierKey OldKey { get; }

    public VerifierKey NewKey { get; }

    /// <summary>The last size at which the old key signs, and the first at which the new one does.</summary>
    public ulong Size { get; }

    /// <summary>Makes the statement.</summary>
    public static KeyRotation Create(string origin, NoteSigner oldSigner, NoteSigner newSigner, ulong size)
    {
        byte[] text = Encoding.UTF8.GetBytes(
            $"{Encoding.UTF8.GetString(Header)}\n{origin}\n{oldSigner.ToVerifierKey()}\n"
            + $"{newSigner.ToVerifierKey()}\n{size}\n");
        return Open(SignedNote.Sign(text, oldSigner, newSigner).Bytes);
    }

    /// <summary>Reads a statement and verifies the signatures of the two keys it names.</summary>
    public static KeyRotation Open(ReadOnlySpan<byte> note)
    {
        SignedNote signed = SignedNote.Parse(note);
        KeyRotation rotation = ParseText(signed);
        IReadOnlyList<VerifiedSignature> signatures =
            signed.Verify(new VerifierKeys(rotation.OldKey, rotation.NewKey));
        return signatures.Count == 2
            ? rotation
            : throw new VerificationFailedException("a key rotation is signed by the old key and by the new one");
    }

    private static KeyRotation ParseText(SignedNote note)
    {
        LineReader lines = new(note.Text, "a key rotation");
        if (!lines.Next().SequenceEqual(Header))
        {
            throw new MalformedDataException("the note is not a key rotation", 0);
        }

        ReadOnlySpan<byte> origin = lines.Next();
        Checkpoint.CheckOrigin(origin);
        VerifierKey oldKey = ParseKey(ref lines);
        int newAt = lines.Offset;
        VerifierKey newKey = ParseKey(ref lines);
        if (!oldKey.Name.Utf8.SequenceEqual(origin) || !newKey.Name.Utf8.SequenceEqual(origin))
        {
            throw new MalformedDataException("the keys of a rotation are named after another log than it is of", newAt);
        }

        if (oldKey.PublicKey.SequenceEqual(newKey.PublicKey) || oldKey.Id == newKey.Id)
        {
            throw new MalformedDataException("the new key is the old one, or cannot be told from it", newAt);
        }

        int sizeAt = lines.Offset;
        if (!NoteText.TryReadNumber(lines.Next(), out ulong size) || !lines.AtEnd)
        {
            throw new MalformedDataException("a key rotation ends with its size, a decimal number below 2^63", sizeAt);
        }

        return new KeyRotation(note, Encoding.UTF8.GetString(origin), oldKey, newKey, size);
    }

    private static VerifierKey ParseKey(ref LineReader lines)
    {
        int at = lines.Offset;
        VerifierKey key = VerifierKey.Parse(lines.Next());
        return key.Type == SignatureType.Ed25519
            ? key
            : throw new MalformedDataException("a log signs with keys of type Ed25519", at);
    }
}
