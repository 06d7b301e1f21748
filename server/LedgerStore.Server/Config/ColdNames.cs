// What names in the settings of the cold tier look like. Constants.
using System.Text.RegularExpressions;

namespace LedgerStore.Server.Config;

internal static partial class ColdNames
{
    private const RegexOptions Options = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z", Options)]
    public static partial Regex Bucket();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,63}\z", Options)]
    public static partial Regex Region();

    // At most 200 of the 1,024 bytes that a name may have; the store's own part has less than 150.
    [GeneratedRegex(@"^(?!.{201})[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*\z", RegexOptions.ExplicitCapture, 1000)]
    public static partial Regex Prefix();
}
