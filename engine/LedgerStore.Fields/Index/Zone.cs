// The smallest and largest value of a field of times or numbers, of a bundle or a whole segment. A value.

namespace LedgerStore.Fields;

/// <summary>What lies between two values, both included.</summary>
/// <param name="Smallest">Microseconds, or the bits of a double.</param>
internal readonly record struct Zone(int Field, long Smallest, long Largest)
{
    /// <summary>With one more value in it.</summary>
    public Zone With(FieldKind kind, long bits) => this with
    {
        Smallest = IsRange(kind, bits, Smallest) ? bits : Smallest,
        Largest = IsRange(kind, Largest, bits) ? bits : Largest,
    };

    /// <summary>Whether the first value is at most the second; never so for what is no number.</summary>
    public static bool IsRange(FieldKind kind, long smallest, long largest) => kind == FieldKind.Number
        ? BitConverter.Int64BitsToDouble(smallest) <= BitConverter.Int64BitsToDouble(largest)
        : smallest <= largest;
}
