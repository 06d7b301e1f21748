// C# without its comments and strings, so that a gate looks at code only. A pure function.

using System.Text;

namespace LedgerStore.Tests.Gates;

/// <summary>A lexer that knows just enough: comments, strings of every kind, characters.</summary>
internal static class CodeText
{
    /// <summary>Comments and the content of strings become blanks; line breaks stay where they are.</summary>
    public static string Strip(string text)
    {
        StringBuilder code = new(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            int end = EndOfSkipped(text, at);
            if (end == at)
            {
                code.Append(text[at++]);
                continue;
            }

            foreach (char c in text.AsSpan(at, end - at))
            {
                code.Append(c == '\n' ? '\n' : ' ');
            }

            at = end;
        }

        return code.ToString();
    }

    private static int EndOfSkipped(string text, int at)
    {
        ReadOnlySpan<char> rest = text.AsSpan(at);
        if (rest.StartsWith("//"))
        {
            return EndOf(text, at, "\n", 0);
        }

        if (rest.StartsWith("/*"))
        {
            return EndOf(text, at + 2, "*/", 2);
        }

        if (rest.StartsWith("\"\"\""))
        {
            int quotes = rest.IndexOfAnyExcept('"');
            quotes = quotes < 0 ? rest.Length : quotes;
            return EndOf(text, at + quotes, new string('"', quotes), quotes);
        }

        if (rest.StartsWith("@\"") || rest.StartsWith("@$\"") || rest.StartsWith("$@\""))
        {
            return EndOfVerbatim(text, text.IndexOf('"', at) + 1);
        }

        return rest[0] is '"' or '\'' ? EndOfQuoted(text, at + 1, rest[0]) : at;
    }

    private static int EndOf(string text, int from, string end, int endLength)
    {
        int found = text.IndexOf(end, from, StringComparison.Ordinal);
        return found < 0 ? text.Length : found + endLength;
    }

    private static int EndOfVerbatim(string text, int at)
    {
        while (at < text.Length)
        {
            if (text[at] == '"')
            {
                if (at + 1 >= text.Length || text[at + 1] != '"')
                {
                    return at + 1;
                }

                at++;
            }

            at++;
        }

        return at;
    }

    private static int EndOfQuoted(string text, int at, char quote)
    {
        while (at < text.Length && text[at] != quote && text[at] != '\n')
        {
            at += text[at] == '\\' ? 2 : 1;
        }

        return Math.Min(at + 1, text.Length);
    }
}
