// A text field that is nearly always the same from message to message: decoded again only when its bytes change.
// Owned by one parser, used by one thread.

using System.Text;

namespace LedgerStore.Protocol.Wire;

internal struct CachedText
{
    // Longer texts than any field allows are not worth keeping.
    private const int KeptBytesMax = 1024;
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[]? bytes;
    private string? text;

    internal string Read(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return string.Empty;
        }

        return text is not null && value.SequenceEqual(bytes) ? text : ReadSlow(value);
    }

    private string ReadSlow(ReadOnlySpan<byte> value)
    {
        try
        {
            string decoded = Strict.GetString(value);
            if (value.Length <= KeptBytesMax)
            {
                bytes = value.ToArray();
                text = decoded;
            }

            return decoded;
        }
        catch (DecoderFallbackException)
        {
            throw WireFormat.Malformed("a text is not UTF-8");
        }
    }
}
