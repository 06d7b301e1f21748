// A text field that is nearly always the same from message to message: decoded again only when its bytes change.
// Owned by one parser, used by one thread.

using System.Buffers;
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

    internal string Read(in ReadOnlySequence<byte> value)
    {
        if (value.IsEmpty)
        {
            return string.Empty;
        }

        if (text is not null && IsSame(value))
        {
            return text;
        }

        return ReadSlow(value);
    }

    private readonly bool IsSame(in ReadOnlySequence<byte> value)
    {
        if (value.Length != bytes!.Length)
        {
            return false;
        }

        if (value.IsSingleSegment)
        {
            return value.FirstSpan.SequenceEqual(bytes);
        }

        Span<byte> copy = stackalloc byte[bytes.Length];
        value.CopyTo(copy);
        return copy.SequenceEqual(bytes);
    }

    private string ReadSlow(in ReadOnlySequence<byte> value)
    {
        byte[] copy = value.ToArray();
        try
        {
            string decoded = Strict.GetString(copy);
            if (copy.Length <= KeptBytesMax)
            {
                bytes = copy;
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
