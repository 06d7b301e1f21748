// The value of a "-bin" header: base64, sent without padding (as gRPC asks), accepted with and without.
// Pure functions; any thread.

using System.Diagnostics.CodeAnalysis;

namespace LedgerStore.Protocol.Grpc;

internal static class BinaryHeader
{
    internal static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    internal static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? value)
    {
        value = null;
        ReadOnlySpan<char> digits = text.TrimEnd('=');
        int padding = text.Length - digits.Length;
        if (digits.Length % 4 == 1 || padding > 2 || (padding > 0 && text.Length % 4 != 0))
        {
            return false;
        }

        // The framework's decoder skips white space, which is not part of this encoding.
        if (digits.ContainsAny(' ', '\t', '\n') || digits.Contains('\r'))
        {
            return false;
        }

        char[] padded = new char[(digits.Length + 3) / 4 * 4];
        digits.CopyTo(padded);
        padded.AsSpan(digits.Length).Fill('=');
        byte[] decoded = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(padded, decoded, out int written))
        {
            return false;
        }

        value = decoded[..written];
        return true;
    }
}
