// The house rules as functions from a file to its violations. Pure; the tests prove that each can fail.

using System.Text.RegularExpressions;

namespace LedgerStore.Tests.Gates;

/// <summary>What a source file may look like.</summary>
internal static partial class Tidiness
{
    public const int LinesMax = 400;
    public const int ColumnsMax = 120;
    public const int MethodLinesMax = 70;

    /// <summary>Every rule for one C# file.</summary>
    public static IEnumerable<string> Check(string path, string text) =>
    [
        .. Size(path, text),
        .. OpeningComment(path, text),
        .. FileScopedNamespace(path, text),
        .. EngineNamespace(path, text),
        .. NamedAfterAType(path, text),
        .. UnfinishedWork(path, text),
        .. LongMethods(path, text),
    ];

    public static IEnumerable<string> Size(string path, string text)
    {
        string[] lines = Lines(text);
        if (lines.Length > LinesMax)
        {
            yield return $"{path}: {lines.Length} lines; more than {LinesMax} are two files";
        }

        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > ColumnsMax)
            {
                yield return $"{path}:{i + 1}: {lines[i].Length} columns, the limit is {ColumnsMax}";
            }
        }
    }

    public static IEnumerable<string> OpeningComment(string path, string text)
    {
        if (!text.StartsWith("// ", StringComparison.Ordinal))
        {
            yield return $"{path}: must open with a comment: what it is, who owns it, which thread runs it";
        }
    }

    public static IEnumerable<string> FileScopedNamespace(string path, string text)
    {
        string code = CodeText.Strip(text);
        bool isTopLevel = path.EndsWith("Program.cs", StringComparison.Ordinal) && !code.Contains("namespace ");
        if (!isTopLevel && !FileScoped().IsMatch(code))
        {
            yield return $"{path}: needs a file-scoped namespace";
        }
    }

    public static IEnumerable<string> EngineNamespace(string path, string text)
    {
        const string Engine = "engine/LedgerStore.Engine/";
        Match found = FileScoped().Match(CodeText.Strip(text));
        if (!path.StartsWith(Engine, StringComparison.Ordinal) || !found.Success)
        {
            yield break;
        }

        // What users of the engine see, and the facade, is in one namespace, whatever the folder.
        string folder = Path.GetDirectoryName(path[Engine.Length..])!.Replace('/', '.');
        bool isSeenByUsers = folder is "" or "Store" || PublicType().IsMatch(text);
        string expected = isSeenByUsers ? "LedgerStore.Engine" : "LedgerStore.Engine." + folder;
        if (found.Groups["name"].Value != expected)
        {
            yield return $"{path}: namespace {found.Groups["name"].Value} should be {expected}";
        }
    }

    /// <summary>Parser.Errors.cs is part of Parser; Choosers.cs may hold Chooser or IChooser and its kin.</summary>
    public static IEnumerable<string> NamedAfterAType(string path, string text)
    {
        string name = Path.GetFileName(path).Split('.')[0];
        string singular = name.EndsWith('s') ? name[..^1] : name;
        string pattern = $@"\b(class|struct|interface|enum|record|delegate\s+\S+)\s+I?({name}|{singular})\b";
        if (name != "Program" && !Regex.IsMatch(CodeText.Strip(text), pattern, RegexOptions.ExplicitCapture, s_timeout))
        {
            yield return $"{path}: no type in it is called {name}";
        }
    }

    public static IEnumerable<string> UnfinishedWork(string path, string text)
    {
        // Put together from parts, or this file would break its own rule.
        string pattern = $@"\b(TO{"DO"}|FIX{"ME"}|HA{"CK"}|NotImpl{"emented"}Exception)\b";
        foreach (Match match in Regex.Matches(text, pattern, RegexOptions.ExplicitCapture, s_timeout))
        {
            yield return $"{path}:{LineOf(text, match.Index)}: {match.Value}: finish it or leave it out";
        }
    }

    /// <summary>Finds members by indentation, which dotnet format guarantees.</summary>
    public static IEnumerable<string> LongMethods(string path, string text)
    {
        string[] lines = Lines(CodeText.Strip(text));
        Stack<(int Indent, int Start, bool IsType)> open = new();
        for (int i = 0; i < lines.Length; i++)
        {
            string trimmed = lines[i].Trim();
            int indent = lines[i].Length - lines[i].TrimStart().Length;
            if (trimmed == "{")
            {
                int header = HeaderOf(lines, i);
                string head = string.Join(' ', lines[header..i]);
                open.Push((indent, header, TypeHeader().IsMatch(head)));
            }
            else if (trimmed.StartsWith('}') && open.Count > 0 && open.Peek().Indent == indent)
            {
                (_, int start, bool isType) = open.Pop();
                bool isMember = !isType && open.Count > 0 && open.Peek().IsType;
                if (isMember && i - start + 1 > MethodLinesMax)
                {
                    int length = i - start + 1;
                    yield return $"{path}:{start + 1}: a member of {length} lines, the limit is {MethodLinesMax}";
                }
            }
        }
    }

    /// <summary>Paths of one machine and hosts that hand out packages have no place in a repository.</summary>
    public static IEnumerable<string> MachineTraces(string path, string text)
    {
        foreach (Regex rule in new[] { MachinePath(), PackageHost() })
        {
            foreach (Match match in rule.Matches(text))
            {
                yield return $"{path}:{LineOf(text, match.Index)}: '{match.Value.Trim()}' belongs to one machine";
            }
        }
    }

    public static bool UsesUnsafe(string text) => UnsafeKeyword().IsMatch(CodeText.Strip(text));

    public static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    // What hosts that hand out packages have in their names.
    private const string Registries =
        "nuget|npm|npmjs|npmmirror|pypi|pythonhosted|crates|artifactory|nexus|registry|mirror|packages|proxy|goproxy";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private static int HeaderOf(string[] lines, int brace)
    {
        int line = brace;
        while (line > 0 && lines[line - 1].Trim() is { Length: > 0 } above && above[^1] is not (';' or '}' or '{'))
        {
            line--;
        }

        return line;
    }

    private static int LineOf(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    [GeneratedRegex(
        @"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex FileScoped();

    [GeneratedRegex(@"^public ", RegexOptions.Multiline, 10_000)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|namespace)\b", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"\bunsafe\b", RegexOptions.None, 10_000)]
    private static partial Regex UnsafeKeyword();

    [GeneratedRegex(
        @"(?<![\w.~$}/-])/(work|tmp|root|home|Users)(?=[/\s""'`]|$)|[A-Z]:\\Users",
        RegexOptions.ExplicitCapture,
        10_000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(
        @"https?://([\w-]+\.)*(" + Registries + @")[.:/-][^\s""'<>)]*"
        + @"|https?://(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[\d.:]+",
        RegexOptions.ExplicitCapture,
        10_000)]
    private static partial Regex PackageHost();
}
