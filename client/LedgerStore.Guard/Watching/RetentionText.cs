// Whether a ledger's new retention keeps less than the one before, as the texts in `_audit` say. Pure.
//
//   warm_after=- cold_after=- expire_after=365.00:00:00 expire_beyond_bytes=0 floor=00:00:00 fill_after=-

using System.Globalization;

namespace LedgerStore.Guard;

/// <summary>Compares texts of retention.</summary>
internal static class RetentionText
{
    /// <summary>Entries may go earlier, or less of them is safe. What cannot be read is taken as less.</summary>
    public static bool IsShorter(string before, string after) =>
        Compare(before, after, "expire_after", noneIs: double.MaxValue) > 0
        || Compare(before, after, "expire_beyond_bytes", noneIs: double.MaxValue) > 0
        || Compare(before, after, "floor", noneIs: 0) > 0;

    private static int Compare(string before, string after, string name, double noneIs) =>
        Of(before, name, noneIs).CompareTo(Of(after, name, noneIs));

    private static double Of(string text, string name, double noneIs)
    {
        string? word = text.Split(' ').FirstOrDefault(one => one.StartsWith(name + "=", StringComparison.Ordinal));
        string value = word is null ? "" : word[(name.Length + 1)..];
        if (TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out TimeSpan span) && value.Contains(':'))
        {
            return span.TotalSeconds;
        }

        return double.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out double number) && number > 0
            ? number
            : noneIs;
    }
}
