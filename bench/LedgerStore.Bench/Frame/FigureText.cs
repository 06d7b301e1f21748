// How figures are written for people, on the terminal and in pages alike. Pure functions.
using System.Globalization;

namespace LedgerStore.Bench.Frame;

internal static class FigureText
{
    /// <summary>Three digits below a thousand, all of them above.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
