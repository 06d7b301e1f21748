// What a name looks like: ledgers, identities and roles share one alphabet, and the store's own ledgers begin with '_'.
// Pure functions, any thread.
using System.Buffers;

namespace LedgerStore.Policy;

/// <summary>Tests for names.</summary>
public static class Names
{
    /// <summary>The form of a name, as messages and the JSON schema spell it.</summary>
    internal const string Form = "[a-z0-9][a-z0-9._-]{0,62}";

    internal const string FirstLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    internal const string Letters = FirstLetters + "._-";

    /// <summary>What records say where no identity stands: nobody may be called so. "anonymous" came without a
    /// certificate, "other" is a sum of many, "ledgerstore" is the store itself.</summary>
    internal static readonly string[] Reserved = ["anonymous", "other", "ledgerstore"];

    private static readonly SearchValues<char> s_anyLetter = SearchValues.Create(Letters);

    /// <summary>[a-z0-9][a-z0-9._-]{0,62}</summary>
    public static bool IsName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= PolicyLimits.NameLength
        && (char.IsAsciiLetterLower(text[0]) || char.IsAsciiDigit(text[0]))
        && !text.ContainsAnyExcept(s_anyLetter);

    /// <summary>The store's own ledgers: '_' and then a name, together at most 63 characters.</summary>
    public static bool IsStoreLedger(ReadOnlySpan<char> text) =>
        text.Length is > 1 and <= PolicyLimits.NameLength && text[0] == '_' && IsName(text[1..]);

    /// <summary>The ledger of alerts: whoever watches the store appends to it, so a policy may give that to
    /// somebody.</summary>
    public const string Alerts = "_alerts";

    /// <summary>What a policy can give on one of the store's own ledgers.</summary>
    internal static CapabilitySet OnStoreLedger(ReadOnlySpan<char> ledger) => ledger is Alerts
        ? CapabilitySet.All
        : CapabilitySet.None.With(Capability.Read).With(Capability.Verify);

    /// <summary>A ledger that can exist: an application's or the store's own.</summary>
    public static bool IsLedger(ReadOnlySpan<char> text) => IsName(text) || IsStoreLedger(text);
}
