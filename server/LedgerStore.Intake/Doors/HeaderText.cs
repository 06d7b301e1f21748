// What a header says. The server takes every byte for one letter, so that no header makes it refuse a request before
// the source has seen it; a text in UTF-8 is made of the bytes here. Pure functions.
using System.Text;
using System.Text.Unicode;

namespace LedgerStore.Intake.Doors;

internal static class HeaderText
{
    /// <summary>How the server is to read headers.</summary>
    public static Encoding Letters => Encoding.Latin1;

    /// <summary>The bytes that came.</summary>
    public static byte[] Bytes(string letters) => Letters.GetBytes(letters);

    /// <summary>The text: UTF-8 if it can be, else each byte is a letter, as some senders write them.</summary>
    public static string Of(string letters) =>
        Bytes(letters) is var bytes && Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : letters;
}
