// The sentences of a rule, with what happened in the place of {placeholders}. Pure.
//
//   {who}       the value of a field that the rule groups by
//   {count}     how many entries, or different values, or their sum      {within} {ledger} {index}
//   {value}     the new value, or the number behind a gap                {expected}  the number that a gap has not

using System.Text;

namespace LedgerStore.Guard;

/// <summary>Fills sentences.</summary>
internal static class RuleSentence
{
    /// <summary>The placeholders that a rule's sentences may have.</summary>
    public static IEnumerable<string> Known(Rule rule) =>
    [
        .. rule.By.Select(static name => "{" + name + "}"), "{count}", "{within}", "{ledger}", "{index}",
        .. rule.Kind is RuleKind.New or RuleKind.Gap ? ["{value}"] : Array.Empty<string>(),
        .. rule.Kind is RuleKind.Gap ? ["{expected}"] : Array.Empty<string>(),
    ];

    /// <summary>The first placeholder that means nothing; null: there is none.</summary>
    public static string? FirstUnknown(string text, Rule rule)
    {
        string[] known = [.. Known(rule)];
        foreach ((string part, bool isPlaceholder) in Parts(text))
        {
            if (isPlaceholder && !known.Contains(part))
            {
                return part;
            }
        }

        return null;
    }

    /// <param name="valueOf">What stands for a placeholder, without its braces.</param>
    public static string Fill(string text, Func<string, string> valueOf)
    {
        StringBuilder filled = new();
        foreach ((string part, bool isPlaceholder) in Parts(text))
        {
            _ = filled.Append(isPlaceholder ? valueOf(part[1..^1]) : part);
        }

        return filled.ToString();
    }

    private static IEnumerable<(string Part, bool IsPlaceholder)> Parts(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('{', at);
            int close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            yield return (text[at..open], false);
            yield return (text[open..(close + 1)], true);
            at = close + 1;
        }

        yield return (text[at..], false);
    }
}
