// The kind `gap`: a count of the records' own that skips or goes back. Owned by its ledger's watch.

using System.Globalization;

namespace LedgerStore.Guard;

/// <summary>Fires when a number is not the one behind the last.</summary>
internal sealed class GapWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    // Beyond it doubles, which JSON's numbers are, have no place for every whole number.
    private const double NumberMax = 1L << 53;

    protected override long Keep => long.MaxValue;

    protected override void Evaluate(WatchGroup group, Seen seen)
    {
        if (seen.NumberOf(Field) is not { } value || Math.Abs(value) >= NumberMax || value != Math.Floor(value))
        {
            return;
        }

        long number = (long)value;
        if (group.Number is { } last && number != last + 1)
        {
            Fire(
                group, seen.Micros, seen.Index,
                AlertCause.None.With(group.LastIndex, group.Last).With(seen.Index, seen.Micros),
                new WatchFacts(Math.Max(0, number - last - 1), Text(number), Text(last + 1)));
        }

        group.Number = number;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
