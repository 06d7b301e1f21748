// Where in a JSON record a field is: names one inside of the other, and every element of an array.
//
//   path = step { "." name | "[*]" | "[" quoted "]" }       step = name | "[" quoted "]"
//   name = one or more of A-Z a-z 0-9 _ @ $ -               quoted = text in double quotes, with \" and \\
//
//   actor.user.name     resources[*].uid     annotations["authorization.k8s.io/decision"]
// Immutable; any thread.

using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>The steps from the record to a value.</summary>
internal sealed class FieldPath
{
    public const int TextBytesMax = 512;
    public const int StepsMax = 16;

    private const string BareOthers = "_@$-";

    private FieldPath(string text, string?[] steps)
    {
        Text = text;
        Steps = steps;
    }

    /// <summary>The path as it is written: each path in one way only.</summary>
    public string Text { get; }

    /// <summary>A name for each step; null for every element of an array.</summary>
    public IReadOnlyList<string?> Steps { get; }

    /// <summary>Reads a path.</summary>
    /// <exception cref="MalformedDataException">What is wrong, and at which character.</exception>
    public static FieldPath Parse(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > TextBytesMax)
        {
            throw new MalformedDataException($"a path is longer than {TextBytesMax} bytes", TextBytesMax);
        }

        List<string?> steps = [];
        int at = 0;
        while (at < text.Length)
        {
            steps.Add(Step(text, ref at, isFirst: steps.Count == 0));
        }

        if (steps.Count is 0 or > StepsMax)
        {
            throw new MalformedDataException($"a path has 1 to {StepsMax} steps, this has {steps.Count}", 0);
        }

        return new FieldPath(string.Concat(steps.Select(static (step, number) => Write(step, number))), [.. steps]);
    }

    public override string ToString() => Text;

    private static string? Step(string text, ref int at, bool isFirst)
    {
        if (text[at] == '[')
        {
            return Bracket(text, ref at, isFirst);
        }

        if (!isFirst)
        {
            if (text[at] != '.')
            {
                throw new MalformedDataException($"'.' or '[' is missing in the path '{text}'", at);
            }

            at++;
        }

        int start = at;
        while (at < text.Length && IsBare(text[at]))
        {
            at++;
        }

        return at > start
            ? text[start..at]
            : throw new MalformedDataException(
                $"a name is missing in the path '{text}'; a name with other characters than letters, digits and "
                + $"{BareOthers} is written as [\"name\"]", at);
    }

    private static string? Bracket(string text, ref int at, bool isFirst)
    {
        if (!isFirst && text.AsSpan(at).StartsWith("[*]", StringComparison.Ordinal))
        {
            at += 3;
            return null;
        }

        StringBuilder name = new();
        int next = at + 2;
        if (text.AsSpan(at).StartsWith("[\"", StringComparison.Ordinal))
        {
            while (next < text.Length && text[next] >= ' ' && text[next] != '"')
            {
                next += text[next] == '\\' ? 1 : 0;
                if (next < text.Length)
                {
                    _ = name.Append(text[next++]);
                }
            }
        }

        if (!text.AsSpan(Math.Min(next, text.Length)).StartsWith("\"]", StringComparison.Ordinal))
        {
            throw new MalformedDataException(
                $"after '[' comes *] or a name in quotes and ], in the path '{text}'; a path does not begin with [*]",
                at);
        }

        at = next + 2;
        return name.ToString();
    }

    private static string Write(string? step, int number)
    {
        if (step is null)
        {
            return "[*]";
        }

        if (step.Length > 0 && step.All(IsBare))
        {
            return number == 0 ? step : "." + step;
        }

        return "[\"" + step.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal) + "\"]";
    }

    private static bool IsBare(char c) =>
        char.IsAsciiLetterOrDigit(c) || BareOthers.Contains(c, StringComparison.Ordinal);
}
