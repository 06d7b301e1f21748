// The text of a spec, both ways. Pure.

using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Writes and reads declared fields.</summary>
internal static class SpecText
{
    private const string PrefixCharacters = "./:-_|#@,;";
    private const string PrefixWord = "prefix=";
    private const string UnitWord = "unit=";

    private static readonly string[] s_kinds = ["text", "id", "ip", "time", "number"];
    private static readonly string[] s_units = ["s", "ms", "us", "ns"];

    public static string Write(IReadOnlyList<FieldSpec> declared)
    {
        StringBuilder text = new(IndexSpec.Header + "\n");
        foreach (FieldSpec field in declared)
        {
            _ = text.Append("field ").Append(field.Name).Append(' ').Append(s_kinds[(int)field.Kind])
                .Append(field.Fold ? " fold" : "")
                .Append(field.Required ? " required" : "")
                .Append(field.Prefix.Length > 0 ? " " + PrefixWord + field.Prefix : "")
                .Append(field.Kind == FieldKind.Time ? " " + UnitWord + s_units[(int)field.Unit] : "")
                .Append('\n');
            foreach (FieldPath path in field.Paths)
            {
                _ = text.Append("path ").Append(path.Text).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <exception cref="MalformedDataException">What is wrong, and in which line (counted from 1).</exception>
    public static IReadOnlyList<FieldSpec> Read(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > IndexSpec.TextBytesMax)
        {
            throw new MalformedDataException($"a spec is longer than {IndexSpec.TextBytesMax:N0} bytes", 0);
        }

        string[] lines = text.Split('\n');
        if (lines[0] != IndexSpec.Header || lines[^1].Length > 0)
        {
            throw new MalformedDataException($"a spec begins with '{IndexSpec.Header}' and ends with a line feed", 1);
        }

        List<FieldSpec> fields = [];
        for (int i = 1; i < lines.Length - 1; i++)
        {
            string line = lines[i];
            if (line.StartsWith("path ", StringComparison.Ordinal) && fields.Count > 0)
            {
                AddPath(fields, line[5..], i + 1);
            }
            else
            {
                fields.Add(Field(line.Split(' '), i + 1));
            }
        }

        Check(fields);
        return fields;
    }

    private static void AddPath(List<FieldSpec> fields, string text, int line)
    {
        try
        {
            fields[^1] = fields[^1] with { Paths = [.. fields[^1].Paths, FieldPath.Parse(text)] };
        }
        catch (MalformedDataException malformed)
        {
            throw new MalformedDataException(malformed.What, line, malformed);
        }
    }

    private static FieldSpec Field(string[] words, int line)
    {
        int kind = words.Length < 3 ? -1 : Array.IndexOf(s_kinds, words[2]);
        if (words[0] != "field" || kind < 0 || !IsName(words[1]))
        {
            throw new MalformedDataException(
                "a line is 'path PATH' or 'field NAME KIND' with a name of a-z, 0-9 and _ that begins with a letter "
                + $"and has at most {IndexSpec.NameBytesMax} characters, and a kind of {string.Join(", ", s_kinds)}",
                line);
        }

        FieldSpec field = new(words[1], (FieldKind)kind, false, false, "", TimeUnit.Milliseconds, []);
        foreach (string word in words.AsSpan(3))
        {
            field = word switch
            {
                "fold" when field.Kind == FieldKind.Text => field with { Fold = true },
                "required" => field with { Required = true },
                _ when word.StartsWith(PrefixWord, StringComparison.Ordinal) && field.Kind == FieldKind.Text =>
                    field with { Prefix = Separators(word[PrefixWord.Length..], line) },
                _ when word.StartsWith(UnitWord, StringComparison.Ordinal) && field.Kind == FieldKind.Time =>
                    field with { Unit = Unit(word[UnitWord.Length..], line) },
                _ => throw new MalformedDataException($"'{word}' is nothing that a field of {words[2]} can be", line),
            };
        }

        return field;
    }

    private static string Separators(string text, int line) =>
        text.Length is > 0 and <= IndexSpec.PrefixCharactersMax && text.All(PrefixCharacters.Contains)
            && text.Distinct().Count() == text.Length
            ? text
            : throw new MalformedDataException(
                $"prefix= has 1 to {IndexSpec.PrefixCharactersMax} different characters of {PrefixCharacters}", line);

    private static TimeUnit Unit(string text, int line)
    {
        int unit = Array.IndexOf(s_units, text);
        return unit >= 0
            ? (TimeUnit)unit
            : throw new MalformedDataException($"unit= is one of {string.Join(", ", s_units)}", line);
    }

    private static void Check(List<FieldSpec> fields)
    {
        if (fields.Count > IndexSpec.FieldsMax)
        {
            throw new MalformedDataException(
                $"{fields.Count} fields are more than {IndexSpec.FieldsMax}; each costs space in every segment", 0);
        }

        foreach (FieldSpec field in fields)
        {
            if (field.Paths.Count is 0 or > IndexSpec.PathsMax
                || field.Paths.DistinctBy(static path => path.Text).Count() != field.Paths.Count)
            {
                throw new MalformedDataException(
                    $"the field '{field.Name}' has {field.Paths.Count} paths; 1 to {IndexSpec.PathsMax} different ones "
                    + "say where it is", 0);
            }

            if (fields.Count(other => other.Name == field.Name) > 1)
            {
                throw new MalformedDataException($"two fields are called '{field.Name}'", 0);
            }
        }
    }

    private static bool IsName(string name) => name.Length is > 0 and <= IndexSpec.NameBytesMax
        && char.IsAsciiLetterLower(name[0])
        && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
