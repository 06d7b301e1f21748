// What a clause about a time or a number allows: all from one bound to the other, both included. Pure.

using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Clauses as closed ranges.</summary>
internal static class ClauseRange
{
    /// <summary>The bounds: microseconds, or the bits of doubles.</summary>
    /// <exception cref="MalformedDataException">The value is no time or number, or there are several.</exception>
    public static (long Least, long Most) Of(Clause clause, FieldSpec field)
    {
        if (clause.Kind == ClauseKind.Prefix || clause.Values.Count != 1)
        {
            throw new MalformedDataException(
                $"'{clause}' cannot be asked: a time or number is compared with one value by =, <, <=, > or >=", 0);
        }

        return field.Kind == FieldKind.Time ? Times(clause) : Numbers(clause);
    }

    private static (long Least, long Most) Times(Clause clause)
    {
        byte[] text = Encoding.UTF8.GetBytes(clause.Values[0]);
        if (!TimeText.TryRead(text, out long micros))
        {
            throw new MalformedDataException(
                $"'{clause}' cannot be asked: a time is written as 2026-01-31T23:59:59.5Z", 0);
        }

        return clause.Kind switch
        {
            ClauseKind.Less => (long.MinValue, micros - 1),
            ClauseKind.AtMost => (long.MinValue, micros),
            ClauseKind.Greater => (micros + 1, long.MaxValue),
            ClauseKind.AtLeast => (micros, long.MaxValue),
            _ => (micros, micros),
        };
    }

    private static (long Least, long Most) Numbers(Clause clause)
    {
        if (!ValueText.TryNumber(Encoding.UTF8.GetBytes(clause.Values[0]), out long bits))
        {
            throw new MalformedDataException(
                $"'{clause}' cannot be asked: a number is written as JSON has it: 100, -1.5, 1e9", 0);
        }

        double number = BitConverter.Int64BitsToDouble(bits);
        (double least, double most) = clause.Kind switch
        {
            ClauseKind.Less => (double.NegativeInfinity, double.BitDecrement(number)),
            ClauseKind.AtMost => (double.NegativeInfinity, number),
            ClauseKind.Greater => (double.BitIncrement(number), double.PositiveInfinity),
            ClauseKind.AtLeast => (number, double.PositiveInfinity),
            _ => (number, number),
        };
        return (BitConverter.DoubleToInt64Bits(least), BitConverter.DoubleToInt64Bits(most));
    }
}
