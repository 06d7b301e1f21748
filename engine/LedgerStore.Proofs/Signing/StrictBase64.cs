// Standard base64 (RFC 4648 section 4) in its one canonical form: padded, no white space, zero trailing bits. Whatever
// it accepts it would write the same way, so no bit of an encoded value can be changed without being noticed.
// Pure, any thread.
using System.Buffers;
using System.Buffers.Text;

namespace LedgerStore.Proofs;

internal static class StrictBase64
{
    /// <summary>The length of the base64 of one hash.</summary>
    public const int HashLength = 44;

    /// <summary>Decodes into a destination that may be larger; false when it is too small, or the text wrong.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> base64, Span<byte> destination, out int written)
    {
        written = 0;
        if (base64.Length % 4 != 0)
        {
            return false;
        }

        int length = base64.Length / 4 * 3;
        if (base64.EndsWith("="u8))
        {
            length -= base64.EndsWith("=="u8) ? 2 : 1;
        }

        // The framework's decoder refuses trailing bits and wrong padding, and skips white space: then fewer bytes come
        // out than the length promises.
        if (destination.Length < length
            || Base64.DecodeFromUtf8(base64, destination, out int consumed, out int decoded) != OperationStatus.Done
            || consumed != base64.Length || decoded != length)
        {
            return false;
        }

        written = length;
        return true;
    }

    /// <summary>Decodes into a new array, at most three quarters of the input.</summary>
    public static byte[]? Decode(ReadOnlySpan<byte> base64)
    {
        byte[] bytes = new byte[base64.Length / 4 * 3];
        if (!TryDecode(base64, bytes, out int written))
        {
            return null;
        }

        return written == bytes.Length ? bytes : bytes[..written];
    }

    public static bool TryDecodeHash(ReadOnlySpan<byte> base64, out Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Length];
        if (base64.Length == HashLength && TryDecode(base64, bytes, out int written) && written == bytes.Length)
        {
            hash = new Hash256(bytes);
            return true;
        }

        hash = default;
        return false;
    }
}
