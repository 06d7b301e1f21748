// What words for a provider may look like. Constants.
using System.Text.RegularExpressions;

namespace LedgerStore.Server.Config;

internal static partial class ConsoleNames
{
    /// <summary>Printable, and without spaces.</summary>
    [GeneratedRegex("^[!-~]{1,255}$", RegexOptions.NonBacktracking)]
    public static partial Regex Plain();

    /// <summary>A claim's name; some are addresses.</summary>
    [GeneratedRegex("^[A-Za-z0-9_.:/-]{1,128}$", RegexOptions.NonBacktracking)]
    public static partial Regex Claim();

    /// <summary>Words with one space between, openid among them.</summary>
    [GeneratedRegex(
        "^([!-~]+ )*openid( [!-~]+)*$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    public static partial Regex Scope();
}
