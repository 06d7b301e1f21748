// Shows text from a policy file in a message: in quotes, short, and without characters that a terminal would obey.
// Pure functions.
using System.Globalization;
using System.Text;

namespace LedgerStore.Policy;

internal static class Quoted
{
    private const int LengthMax = 80;

    public static string Text(string text)
    {
        StringBuilder shown = new("\"");
        foreach (char letter in text.AsSpan(0, Math.Min(text.Length, LengthMax)))
        {
            shown.Append(IsPlain(letter) ? letter : '?');
        }

        return shown.Append(text.Length > LengthMax ? "...\"" : "\"").ToString();
    }

    public static string Letter(char letter) => IsPlain(letter) ? $"\"{letter}\"" : CodePoint(letter);

    public static string CodePoint(int value) =>
        string.Create(CultureInfo.InvariantCulture, $"U+{value:X4}");

    private static bool IsPlain(char letter) =>
        !char.IsControl(letter) && !char.IsSurrogate(letter)
        && char.GetUnicodeCategory(letter) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
}
