// A signed note (C2SP signed-note): a text and the signatures over it.
//
//   <text, ends in LF>  LF  <signature line> ...      split at the last blank line; the text may hold blank lines
//
// Immutable: adding a signature gives another note. Any thread.
namespace LedgerStore.Proofs;

/// <summary>A text with signature lines. Parsing verifies nothing.</summary>
public sealed class SignedNote
{
    /// <summary>Holds 64 post-quantum signatures (3.3 KB each); the limit of golang.org/x/mod.</summary>
    public const int BytesMax = 1_000_000;

    /// <summary>Four times what the standard demands of every verifier; each may cost one check.</summary>
    public const int SignaturesMax = 64;

    private readonly byte[] _bytes;
    private readonly int _textLength;
    private readonly NoteSignature[] _signatures;

    private SignedNote(byte[] bytes, int textLength, NoteSignature[] signatures)
    {
        _bytes = bytes;
        _textLength = textLength;
        _signatures = signatures;
    }

    /// <summary>The whole note.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>What is signed: the text with its last LF.</summary>
    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, _textLength);

    public ReadOnlySpan<NoteSignature> Signatures => _signatures;

    public static SignedNote Parse(ReadOnlySpan<byte> note)
    {
        NoteText.Check(note, BytesMax, "a signed note");
        int split = note.LastIndexOf("\n\n"u8);
        if (split < 0)
        {
            throw new MalformedDataException("a signed note has a blank line before its signatures", note.Length);
        }

        byte[] bytes = note.ToArray();
        return new SignedNote(bytes, split + 1, ParseSignatures(bytes, split + 2));
    }

    /// <summary>Signs a text, which must end in LF, with at least one key.</summary>
    public static SignedNote Sign(ReadOnlySpan<byte> text, params ReadOnlySpan<NoteSigner> signers)
    {
        if (!text.EndsWith("\n"u8))
        {
            throw new MalformedDataException("the text of a note ends in a newline", text.Length);
        }

        if (signers.IsEmpty)
        {
            throw new ArgumentException("a signed note needs at least one signer", nameof(signers));
        }

        byte[] bytes = [.. text, (byte)'\n'];
        foreach (NoteSigner signer in signers)
        {
            bytes = [.. bytes, .. signer.SignLine(text)];
        }

        return Parse(bytes);
    }

    /// <summary>The note with one more signature; one that the same key made before is replaced.</summary>
    public SignedNote WithSignature(NoteSigner signer) => With(signer.SignLine(Text));

    /// <summary>The note with a cosignature at a time in POSIX seconds; one of the same key is replaced.</summary>
    public SignedNote WithCosignature(NoteCosigner cosigner, ulong seconds) => With(cosigner.SignLine(Text, seconds));

    /// <summary>The note with signature lines made elsewhere, as a witness returns them. Verifies nothing.</summary>
    public SignedNote WithSignatureLines(ReadOnlySpan<byte> lines)
    {
        NoteText.Check(lines, BytesMax, "the signature lines");
        return With(lines);
    }

    /// <summary>
    /// The known keys whose signatures verified, at least one. Signatures of unknown keys are passed over.
    /// </summary>
    /// <remarks>
    /// Not for others: that a note is signed does not say of which log it is. <see cref="LogKeySet.Open"/> and
    /// <see cref="KeyRotation.Open"/> compare that too.
    /// </remarks>
    /// <exception cref="VerificationFailedException">
    /// A signature of a known key is wrong (then nothing about the note is to be believed), or none is of a known key.
    /// </exception>
    internal IReadOnlyList<VerifiedSignature> Verify(VerifierKeys known)
    {
        List<VerifiedSignature> verified = [];
        for (int i = 0; i < _signatures.Length; i++)
        {
            NoteSignature signature = _signatures[i];
            VerifierKey? key = known.Find(signature.Name, signature.Id);
            if (key is null || IsRepeated(i))
            {
                continue;
            }

            if (!key.Verify(Text, signature.Signature))
            {
                throw new VerificationFailedException($"the signature of the known key {signature} does not verify");
            }

            Record(verified, key, signature);
        }

        return verified.Count > 0
            ? verified
            : throw new VerificationFailedException(
                $"none of the {_signatures.Length} signatures of the note is by a known key");
    }

    private static NoteSignature[] ParseSignatures(byte[] bytes, int start)
    {
        List<NoteSignature> signatures = [];
        LineReader reader = new(bytes.AsSpan(start), "a signed note");
        do
        {
            int from = start + reader.Offset;
            ReadOnlySpan<byte> line = reader.Next();
            if (signatures.Count == SignaturesMax)
            {
                throw new MalformedDataException($"more than {SignaturesMax} signatures", from);
            }

            signatures.Add(NoteSignature.Parse(bytes.AsMemory(from, line.Length + 1), from));
        }
        while (!reader.AtEnd);

        return [.. signatures];
    }

    // One entry for each key. A cosigner that signed twice counts once, with its newest time.
    private static void Record(List<VerifiedSignature> verified, VerifierKey key, NoteSignature signature)
    {
        ulong? seconds = null;
        if (key.Type == SignatureType.CosignatureV1)
        {
            _ = CosignatureMessage.TryReadTime(signature.Signature, out ulong time);
            seconds = time;
        }

        int at = verified.FindIndex(other => ReferenceEquals(other.Key, key));
        if (at < 0)
        {
            verified.Add(new VerifiedSignature(key, seconds));
        }
        else if (seconds > verified[at].Seconds)
        {
            verified[at] = new VerifiedSignature(key, seconds);
        }
    }

    // The same line again says nothing new, and would cost a signature check.
    private bool IsRepeated(int index)
    {
        ReadOnlySpan<byte> line = _signatures[index].Line;
        for (int i = 0; i < index; i++)
        {
            if (_signatures[i].Line.SequenceEqual(line))
            {
                return true;
            }
        }

        return false;
    }

    private SignedNote With(ReadOnlySpan<byte> lines)
    {
        NoteSignature[] added = ParseSignatures(lines.ToArray(), 0);
        List<byte> bytes = [.. Text, (byte)'\n'];
        foreach (NoteSignature signature in _signatures)
        {
            if (!Array.Exists(added, other => other.Id == signature.Id && other.Name.SequenceEqual(signature.Name)))
            {
                bytes.AddRange(signature.Line);
            }
        }

        bytes.AddRange(lines);
        return Parse([.. bytes]);
    }
}
