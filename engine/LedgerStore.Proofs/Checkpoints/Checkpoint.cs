// A checkpoint (C2SP tlog-checkpoint): what a log says it is at one moment. As the text of a signed note:
//
//   <origin> LF
//   <size, decimal, no leading zeros> LF
//   <base64 of the root hash> LF
//   <extension line> LF ...            optional; not empty
//
// Immutable, any thread.
using System.Text;

namespace LedgerStore.Proofs;

/// <summary>Origin, size and root of a log. Nothing is known about who says so: see <see cref="Open"/>.</summary>
public sealed class Checkpoint
{
    /// <summary>The formats that bind an origin into a signature give its length one byte (tlog-cosignature).</summary>
    public const int OriginBytesMax = 255;

    /// <summary>Sizes are signed 64-bit integers in every implementation.</summary>
    public const ulong SizeMax = NoteText.NumberMax;

    /// <summary>Three lines have at most 321 bytes; the rest is for extension lines, which are rare.</summary>
    public const int TextBytesMax = 65_536;

    private Checkpoint(string origin, ulong size, Hash256 root, string extensions)
    {
        Origin = origin;
        Size = size;
        Root = root;
        Extensions = extensions;
    }

    public string Origin { get; }

    public ulong Size { get; }

    public Hash256 Root { get; }

    /// <summary>The extension lines, each with its LF; empty when there are none, as there should be.</summary>
    public string Extensions { get; }

    /// <summary>A checkpoint without extension lines.</summary>
    public static Checkpoint Create(string origin, ulong size, in Hash256 root)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, SizeMax);
        byte[] utf8 = Encoding.UTF8.GetBytes(origin);
        CheckOrigin(utf8);
        return new Checkpoint(origin, size, root, string.Empty);
    }

    /// <summary>Reads the text of a note.</summary>
    public static Checkpoint Parse(ReadOnlySpan<byte> text)
    {
        NoteText.Check(text, TextBytesMax, "a checkpoint");
        LineReader lines = new(text, "a checkpoint");
        ReadOnlySpan<byte> origin = lines.Next();
        CheckOrigin(origin);

        int sizeAt = lines.Offset;
        if (!NoteText.TryReadNumber(lines.Next(), out ulong size))
        {
            throw new MalformedDataException("the size of a checkpoint is a decimal number below 2^63", sizeAt);
        }

        int rootAt = lines.Offset;
        if (!StrictBase64.TryDecodeHash(lines.Next(), out Hash256 root))
        {
            throw new MalformedDataException("the root of a checkpoint is the base64 of 32 bytes", rootAt);
        }

        string extensions = Encoding.UTF8.GetString(lines.Rest);
        while (!lines.AtEnd)
        {
            int at = lines.Offset;
            if (lines.Next().IsEmpty)
            {
                throw new MalformedDataException("a checkpoint has no blank lines", at);
            }
        }

        return new Checkpoint(Encoding.UTF8.GetString(origin), size, root, extensions);
    }

    /// <summary>
    /// Reads a note that must be a checkpoint of the expected origin, signed by one of the log's keys; the
    /// signatures of known cosigners are verified as well, and how many there must be is for the caller to decide.
    /// </summary>
    public static VerifiedCheckpoint Open(
        ReadOnlySpan<byte> note, string expectedOrigin, VerifierKeys logKeys, VerifierKeys cosigners) =>
        LogKeySet.Trust(expectedOrigin, logKeys).Open(note, cosigners);

    /// <summary>Signs (origin, size, root) as a note.</summary>
    public static SignedNote Sign(
        string origin, ulong size, in Hash256 root, params ReadOnlySpan<NoteSigner> signers) =>
        SignedNote.Sign(Create(origin, size, in root).Format(), signers);

    /// <summary>The text of the note.</summary>
    public byte[] Format() => Encoding.UTF8.GetBytes($"{Origin}\n{Size}\n{Root.ToBase64()}\n{Extensions}");

    /// <summary>Not empty, no line break or control character, within the limit.</summary>
    internal static void CheckOrigin(ReadOnlySpan<byte> origin)
    {
        NoteText.Check(origin, OriginBytesMax, "an origin");
        if (origin.IsEmpty || origin.Contains((byte)'\n'))
        {
            throw new MalformedDataException("an origin is one line that is not empty", 0);
        }
    }
}
