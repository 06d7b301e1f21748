// Reads JSON (RFC 8259) from left to right and refuses all else: nothing is allocated, thrown or copied. Stricter than
// most: bytes must be UTF-8, and what is escaped must be too, so that no half of a surrogate pair is left.
// The caller checked that the bytes are UTF-8. A value on the caller's stack.

using System.Buffers;

namespace LedgerStore.Fields;

/// <summary>Takes one token after the other. After a token that is not there, nothing is of any meaning.</summary>
internal ref struct JsonReader(ReadOnlySpan<byte> json)
{
    // What ends a run of plain characters in a string: its end, an escape, or what may not be in it.
    private static readonly SearchValues<byte> s_special = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(static control => (byte)control)]);

    // Most strings are shorter than what a search in vector registers costs to begin.
    private const int ShortBytes = 16;

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;

    /// <summary>The next byte that is no white space; 0 at the end.</summary>
    public byte Peek()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _at++;
        }

        return _at < _json.Length ? _json[_at] : (byte)0;
    }

    /// <summary>Whether nothing but white space is left.</summary>
    public bool IsAtEnd() => Peek() == 0 && _at == _json.Length;

    /// <summary>Steps over a byte, if it is the next.</summary>
    public bool TryTake(byte expected)
    {
        if (Peek() != expected || _at == _json.Length)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Steps over true, false or null.</summary>
    public bool TryWord(ReadOnlySpan<byte> word)
    {
        if (!_json[_at..].StartsWith(word))
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    /// <summary>Steps over a string.</summary>
    /// <param name="raw">What is between the quotes.</param>
    /// <param name="isEscaped">Whether it has a backslash.</param>
    public bool TryString(out ReadOnlySpan<byte> raw, out bool isEscaped)
    {
        raw = default;
        isEscaped = false;
        if (!TryTake((byte)'"'))
        {
            return false;
        }

        int start = _at;
        while (true)
        {
            if (!TryRun())
            {
                return false;
            }

            if (_json[_at] == (byte)'"')
            {
                raw = _json[start.._at++];
                return true;
            }

            int escape = JsonText.EscapeBytes(_json[_at..]);
            if (escape == 0)
            {
                return false;
            }

            isEscaped = true;
            _at += escape;
        }
    }

    // To the next byte that is special in a string.
    private bool TryRun()
    {
        int end = Math.Min(_json.Length, _at + ShortBytes);
        for (int at = _at; at < end; at++)
        {
            if (_json[at] is (byte)'"' or (byte)'\\' or < 0x20)
            {
                _at = at;
                return true;
            }
        }

        int run = _json[end..].IndexOfAny(s_special);
        _at = end + run;
        return run >= 0;
    }

    /// <summary>Steps over a number.</summary>
    public bool TryNumber(out ReadOnlySpan<byte> raw)
    {
        int length = NumberText.TokenBytes(_json[_at..]);
        raw = _json.Slice(_at, length);
        _at += length;
        return length > 0;
    }
}
