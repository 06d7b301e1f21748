// The names in the journal directory, one way in and one way out. Pure. Any thread.
using System.Globalization;

namespace LedgerStore.Engine.Journal;

/// <summary>Names of journal files and spares.</summary>
internal static class JournalNames
{
    private const string Suffix = ".jnl";
    private const string SparePrefix = "spare-";

    public static string File(long number) => number.ToString("x16", CultureInfo.InvariantCulture) + Suffix;

    public static string SpareOf(string file) => SparePrefix + file;

    public static bool IsSpare(string name) => name.StartsWith(SparePrefix, StringComparison.Ordinal);

    /// <summary>The number in a journal file's name; false for every other name.</summary>
    public static bool TryParse(string name, out long number)
    {
        number = 0;
        return name.Length == 16 + Suffix.Length
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(
                name.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && File(number) == name;
    }
}
