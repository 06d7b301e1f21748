// A text's UTF-8 bytes, kept from one request to the next: streams say the same producer and content type each time.
// Owned by one call.
using System.Text;

namespace LedgerStore.Server.Services;

/// <summary>Encodes a text once.</summary>
internal struct Utf8Text
{
    private string? text;
    private byte[]? bytes;

    /// <summary>The bytes of the text. The parser hands out the same object for the same text.</summary>
    public ReadOnlySpan<byte> Of(string value)
    {
        if (!ReferenceEquals(value, text))
        {
            bytes = value.Length == 0 ? [] : Encoding.UTF8.GetBytes(value);
            text = value;
        }

        return bytes;
    }
}
