// The names of ledgers that have the statements of an index. The name says by which spec, so that whoever trusts a key
// of that name knows what its statements are about:
//
//   _index.<id of the ledger>.<number of the spec, from 1>.<the first 16 bytes of the spec's id, 32 hex digits>
//
// A value, pure: any thread.

using System.Globalization;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Which ledger an index is of, and by which of its specs.</summary>
internal readonly record struct IndexLedgerName(uint LedgerId, int Number, string SpecDigits)
{
    public const string Prefix = "_index.";

    /// <summary>So many specs a ledger can have had.</summary>
    public const int NumberMax = 9_999;

    private const int Digits = 32;

    public static IndexLedgerName Of(uint ledgerId, int number, in Hash256 specId) =>
        new(ledgerId, number, specId.ToHex()[..Digits]);

    /// <summary>Reads a name; false for every other one, also for one that is written differently.</summary>
    public static bool TryParse(string name, out IndexLedgerName parsed)
    {
        parsed = default;
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)
            || name[Prefix.Length..].Split('.') is not [var id, var number, { Length: Digits } digits]
            || !uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out uint ledgerId)
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || count is < 1 or > NumberMax || !digits.All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        parsed = new IndexLedgerName(ledgerId, count, digits);
        return parsed.ToString() == name;
    }

    /// <summary>Whether this is the spec that the name says.</summary>
    public bool Names(IndexSpec spec) => Of(LedgerId, Number, spec.Id) == this;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{LedgerId}.{Number}.{SpecDigits}");
}
