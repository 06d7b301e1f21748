// A text's UTF-8 bytes, kept from one request to the next: streams say the same producer and content type each time.
// Owned by one call.
using System.Text;

namespace LedgerStore.Server.Services;

/// <summary>Encodes a text once.</summary>
internal struct Utf8Text
{
    private string? _text;
    private byte[]? _bytes;

    /// <summary>The bytes of the text. The parser hands out the same object for the same text.</summary>
    public ReadOnlySpan<byte> Of(string value)
    {
        if (!ReferenceEquals(value, _text))
        {
            _bytes = value.Length == 0 ? [] : Encoding.UTF8.GetBytes(value);
            _text = value;
        }

        return _bytes;
    }
}
