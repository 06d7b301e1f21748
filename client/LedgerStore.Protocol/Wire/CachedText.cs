// A text field that is nearly always the same from message to message: decoded again only when its bytes change.
// Owned by one parser, used by one thread.

using System.Text;

namespace LedgerStore.Protocol.Wire;

internal struct CachedText
{
    // Longer texts than any field allows are not worth keeping.
    private const int KeptBytesMax = 1024;
    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[]? _bytes;
    private string? _text;

    internal string Read(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return string.Empty;
        }

        return _text is not null && value.SequenceEqual(_bytes) ? _text : ReadSlow(value);
    }

    private string ReadSlow(ReadOnlySpan<byte> value)
    {
        try
        {
            string decoded = s_strict.GetString(value);
            if (value.Length <= KeptBytesMax)
            {
                _bytes = value.ToArray();
                _text = decoded;
            }

            return decoded;
        }
        catch (DecoderFallbackException)
        {
            throw WireFormat.Malformed("a text is not UTF-8");
        }
    }
}
