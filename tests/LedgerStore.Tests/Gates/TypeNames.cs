// Which types a file declares and which names in it are types: by the text, without a compiler. Pure.

using System.Text.RegularExpressions;

namespace LedgerStore.Tests.Gates;

/// <summary>Reads names out of C#.</summary>
internal static partial class TypeNames
{
    /// <summary>Words before a name that do not declare it.</summary>
    private const string NoTypes = "new|is|as|not|or|and|return|throw|case|in|out|ref|where|class|struct|record"
        + "|interface|enum|await|else|when|using|static|partial|sealed|with|yield";

    /// <summary>The types that a file declares outside of others.</summary>
    public static IEnumerable<string> DeclaredIn(string text) =>
        Declaration().Matches(CodeText.Strip(text)).Select(static match => match.Groups["name"].Value);

    /// <summary>The names that may be types. A file's own members and parameters are none, but where a member has its
    /// type's name.</summary>
    public static IEnumerable<string> UsedIn(string text)
    {
        string code = CodeText.Strip(text);
        HashSet<string> members = [.. Member().Matches(code).Select(static match => match.Groups["name"].Value)];
        return Word().Matches(code)
            .Where(match => !members.Contains(match.Value) || IsType(code, match))
            .Select(static match => match.Value)
            .Distinct();
    }

    /// <summary>The names that stand directly behind a qualifier: "Journal.JournalWriter", without using.</summary>
    public static IEnumerable<string> BehindIn(string text, string qualifier) => Regex
        .Matches(
            CodeText.Strip(text),
            $@"(?<![\w.]){Regex.Escape(qualifier)}\.(?<name>[A-Z]\w*)",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(10))
        .Select(static match => match.Groups["name"].Value);

    /// <summary>Whether the code names a namespace, or something in it.</summary>
    public static bool Names(string text, string fullName) =>
        Regex.IsMatch(
            CodeText.Strip(text),
            $@"(?<![\w.])(global::)?{Regex.Escape(fullName)}\b|(?<![\w.])"
                + $@"{Regex.Escape(fullName[(fullName.IndexOf('.', StringComparison.Ordinal) + 1)..])}\.[A-Z]",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(10));

    private static bool IsType(string code, Match word) =>
        NewBefore().IsMatch(code[Math.Max(0, word.Index - 12)..word.Index])
        || NameBehind().IsMatch(code[(word.Index + word.Length)..Math.Min(code.Length, word.Index + word.Length + 40)]);

    [GeneratedRegex(
        @"^([a-z]+[ ])*(class|struct|interface|enum|record)\s+((struct|class)\s+)?(?<name>[A-Z]\w*)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Declaration();

    [GeneratedRegex(
        @"(?<!\b(" + NoTypes + @"))(?<=[\w>?\]])\s+(?<name>[A-Z]\w*)\s*([{;,)]|=(?!=))"
            + @"|^[ ]+(?<name>[A-Z]\w*)[ ]=[ ]\w+,$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Member();

    // Not: a member of something, what is set in an initializer, or a line of an enum.
    [GeneratedRegex(
        @"(?<![\w.])(?<!^[ ]+(?=\w+,?$))[A-Z]\w*(?!\w)(?!\s*=[^=>])",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\bnew\s+$", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NewBefore();

    [GeneratedRegex(
        @"^(<[\w, <>?]*>)?\??(\[\])?\s+(?!(is|as|and|or|not|in|switch|when|with|where)\b)[A-Za-z_]\w*",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NameBehind();
}
