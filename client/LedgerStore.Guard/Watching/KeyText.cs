// A value as rules remember it: itself, or of a long one its beginning and its hash, so that what is remembered of a
// hundred thousand values has a bound, and no two values are taken for one. Pure.

using System.Security.Cryptography;
using System.Text;

namespace LedgerStore.Guard;

/// <summary>Texts of bounded length.</summary>
internal static class KeyText
{
    /// <summary>A value of up to so many bytes is remembered as it is.</summary>
    public const int PlainBytesMax = GuardLimits.NameBytesMax;

    public const int CharsMax = PlainBytesMax + Between + HashChars;

    private const int Between = 1;
    private const int HashChars = 64;
    private const char Cut = '\uFFFE';

    /// <summary>Writes it, and returns its length.</summary>
    public static int Write(ReadOnlySpan<byte> value, Span<char> text)
    {
        if (value.Length <= PlainBytesMax)
        {
            return Encoding.UTF8.GetChars(value, text);
        }

        int length = Encoding.UTF8.GetChars(value[..PlainBytesMax], text);
        text[length++] = Cut;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(value, hash);
        _ = Convert.TryToHexStringLower(hash, text[length..], out int written);
        return length + written;
    }

    public static string Of(ReadOnlySpan<byte> value)
    {
        Span<char> text = stackalloc char[CharsMax];
        return text[..Write(value, text)].ToString();
    }
}
