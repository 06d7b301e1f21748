// Which unquoted words some YAML reader takes for something other than text. A policy that means different things to
// different tools is refused; quotes settle it. Pure functions.
using System.Text.RegularExpressions;

namespace LedgerStore.Policy;

internal static partial class PlainScalars
{
    /// <summary>What another tool may read in it, "a number" for example; null if it is text to all.</summary>
    public static string? OtherReading(string word) => word.ToLowerInvariant() switch
    {
        "" or "~" or "null" => "nothing",
        "true" or "false" or "yes" or "no" or "on" or "off" => "a truth value",
        _ => Number().IsMatch(word) ? "a number" : Date().IsMatch(word) ? "a date" : null,
    };

    [GeneratedRegex(
        @"^[-+]?(0x[0-9a-f_]+|0o?[0-7_]+|0b[01_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?(e[-+]?[0-9]+)?"
        + @"|\.[0-9_]+(e[-+]?[0-9]+)?|\.inf)$|^\.nan$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    [GeneratedRegex("^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", RegexOptions.NonBacktracking)]
    private static partial Regex Date();
}
