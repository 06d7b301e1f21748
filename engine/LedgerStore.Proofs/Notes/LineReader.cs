// Walks over the LF-terminated lines of a text, knowing where it is. A last line without its LF is an error.
// A value on the stack of its parser.
namespace LedgerStore.Proofs;

internal ref struct LineReader(ReadOnlySpan<byte> text, string what)
{
    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>Where the next line begins.</summary>
    public int Offset { get; private set; }

    public readonly bool AtEnd => Offset == _text.Length;

    /// <summary>Everything that was not read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _text[Offset..];

    /// <summary>The next line without its LF.</summary>
    public ReadOnlySpan<byte> Next()
    {
        int length = Rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            throw new MalformedDataException(
                AtEnd ? $"{what} ends before its time" : $"the last line of {what} has no newline", Offset);
        }

        ReadOnlySpan<byte> line = Rest[..length];
        Offset += length + 1;
        return line;
    }
}
