// A pattern of ledger names: '*' is any run of characters, also an empty one, and never reaches a name that begins
// with '_'. Immutable; any thread.
namespace LedgerStore.Policy;

/// <summary>A pattern over ledger names, as bindings use it.</summary>
public sealed class LedgerPattern : IEquatable<LedgerPattern>
{
    private readonly bool _isExact;

    private LedgerPattern(string text, SourcePosition at)
    {
        Text = text;
        At = at;
        _isExact = !text.Contains('*', StringComparison.Ordinal);
    }

    public string Text { get; }

    /// <summary>Where the policy file says it.</summary>
    public SourcePosition At { get; }

    /// <summary>Exactly "*": only such a binding gives store-wide rights.</summary>
    public bool IsEverything => Text is "*";

    /// <summary>Names one of the store's own ledgers.</summary>
    public bool IsStoreLedger => Text[0] == '_';

    /// <summary>A pattern, or null and what is wrong with the text.</summary>
    public static LedgerPattern? Parse(string text, SourcePosition at, out string problem, out string hint)
    {
        (problem, hint) = Problem(text);
        return problem.Length == 0 ? new LedgerPattern(text, at) : null;
    }

    /// <summary>True if the ledger's name is one of this pattern's. What is no ledger name never matches.</summary>
    public bool Matches(ReadOnlySpan<char> ledger) => Names.IsLedger(ledger) && MatchesName(ledger);

    /// <summary>The same for a name that the caller has checked.</summary>
    internal bool MatchesName(ReadOnlySpan<char> ledger)
    {
        if (_isExact)
        {
            return ledger.SequenceEqual(Text);
        }

        return ledger[0] != '_' && Run(Text, ledger);
    }

    /// <summary>True if every name of <paramref name="other"/> is surely one of this pattern's.</summary>
    /// <remarks>Reads the other's '*' as a letter that only our '*' takes. May say no where it is yes.</remarks>
    internal bool Covers(LedgerPattern other) =>
        _isExact || other.IsStoreLedger
            ? string.Equals(Text, other.Text, StringComparison.Ordinal)
            : Run(Text, other.Text);

    public bool Equals(LedgerPattern? other) =>
        other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as LedgerPattern);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    // Greedy with one place to come back to: the last '*' may always take one more letter, and an earlier one never
    // has to. At most 63 x 63 steps, so no pattern and no name can make it slow.
    private static bool Run(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..] is "" or "*";
    }

    private static (string Problem, string Hint) Problem(string text)
    {
        if (text.Length is 0 or > PolicyLimits.NameLength)
        {
            return ($"a ledger pattern has 1 to {PolicyLimits.NameLength} characters, this one {text.Length}", "");
        }

        if (text[0] == '_')
        {
            return StoreLedgerProblem(text);
        }

        foreach (char letter in text)
        {
            if (letter != '*' && !Names.Letters.Contains(letter, StringComparison.Ordinal))
            {
                string hint = char.IsAsciiLetterUpper(letter) ? "ledger names are lower-case" : "";
                return ($"{Quoted.Letter(letter)} cannot be in a ledger pattern: only a-z 0-9 . _ - and *", hint);
            }
        }

        if (text[0] != '*' && !Names.FirstLetters.Contains(text[0], StringComparison.Ordinal))
        {
            return ($"{Quoted.Text(text)} can match no ledger: names begin with a-z or 0-9", "");
        }

        return text.Contains("**", StringComparison.Ordinal)
            ? ($"{Quoted.Text(text)} has two * in a row", "one * stands for any run of characters")
            : ("", "");
    }

    private static (string Problem, string Hint) StoreLedgerProblem(string text)
    {
        if (text.Contains('*', StringComparison.Ordinal))
        {
            return ($"{Quoted.Text(text)}: the store's own ledgers must be named in full", "for example \"_audit\"");
        }

        return Names.IsStoreLedger(text) ? ("", "") : ($"{Quoted.Text(text)} is no ledger name", "");
    }
}
