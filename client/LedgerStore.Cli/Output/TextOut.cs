// Standard output or error as commands have it: everything is escaped on the way. Colours and drawn tables are made
// here and beside, and nowhere else. One thread.
using System.Text;

namespace LedgerStore.Cli;

/// <summary>A writer through which no control character passes but the line feed.</summary>
internal sealed class TextOut : TextWriter
{
    private const string Reset = "\e[0m";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Stream _stream;
    private readonly StreamWriter _raw;
    private char _half;

    public TextOut(Stream stream, bool flushesAlways)
    {
        _stream = stream;
        _raw = new StreamWriter(stream, s_utf8, bufferSize: 16 * 1024, leaveOpen: true)
        {
            NewLine = "\n",
            AutoFlush = flushesAlways,
        };
        CoreNewLine = ['\n'];
    }

    public override Encoding Encoding => s_utf8;

    /// <summary>For what draws: it escapes what it is given by itself.</summary>
    public StreamWriter Drawing => _raw;

    /// <summary>One line, whatever is in the text.</summary>
    public void Line(string text) => _raw.WriteLine(SafeText.Line(text));

    /// <summary>A piece of a line in a colour.</summary>
    /// <param name="style">The parameters of the terminal's sequence.</param>
    public void Styled(string style, string text) => _raw.Write($"\e[{style}m{SafeText.Line(text)}{Reset}");

    /// <summary>Bytes as they are: for programs, never for a terminal.</summary>
    public void Exact(ReadOnlySpan<byte> bytes)
    {
        _raw.Flush();
        _stream.Write(bytes);
        _stream.Flush();
    }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        string text = _half == default ? new string(buffer) : string.Concat([_half], buffer);
        _half = default;

        // The other half of a character may come with the next call.
        if (text.Length > 0 && char.IsHighSurrogate(text[^1]))
        {
            _half = text[^1];
            text = text[..^1];
        }

        _raw.Write(SafeText.Lines(text));
    }

    public override void Flush() => _raw.Flush();

    public override Task FlushAsync() => _raw.FlushAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                _raw.Dispose();
            }
            catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
            {
                // Who ends has flushed before, and has said that it could not.
            }
        }

        base.Dispose(disposing);
    }
}
