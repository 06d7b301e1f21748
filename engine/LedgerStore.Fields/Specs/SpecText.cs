// The text of a spec, both ways. Pure.

using System.Globalization;
using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Writes and reads declared fields.</summary>
internal static class SpecText
{
    private const string PrefixCharacters = "./:-_|#@,;";
    private const string PrefixWord = "prefix=";
    private const string UnitWord = "unit=";
    private const string TypeWord = "type=";
    private const string SkewWord = "skew=";
    private const string PathWord = "path ";
    private const string ValueWord = "value ";
    private const string RejectLine = "reject";

    private static readonly string[] s_kinds = ["text", "id", "ip", "time", "number"];
    private static readonly string[] s_units = ["s", "ms", "us", "ns"];
    private static readonly string[] s_types = ["", "string", "number", "boolean", "address"];

    public static string Write(IReadOnlyList<FieldSpec> declared, bool rejects)
    {
        StringBuilder text = new(IndexSpec.Header + "\n");
        foreach (FieldSpec field in declared)
        {
            _ = text.Append("field ").Append(field.Name).Append(' ').Append(s_kinds[(int)field.Kind])
                .Append(field.Fold ? " fold" : "")
                .Append(field.Required ? " required" : "")
                .Append(field.Prefix.Length > 0 ? " " + PrefixWord + field.Prefix : "")
                .Append(field.Kind == FieldKind.Time ? " " + UnitWord + s_units[(int)field.Unit] : "")
                .Append(field.Type != ValueType.Any ? " " + TypeWord + s_types[(int)field.Type] : "")
                .Append(field.SkewSeconds > 0
                    ? " " + SkewWord + field.SkewSeconds.ToString(CultureInfo.InvariantCulture)
                    : "")
                .Append('\n');
            foreach (FieldPath path in field.Paths)
            {
                _ = text.Append(PathWord).Append(path.Text).Append('\n');
            }

            foreach (string value in field.Values)
            {
                _ = text.Append(ValueWord).Append(value).Append('\n');
            }
        }

        return text.Append(rejects ? RejectLine + "\n" : "").ToString();
    }

    /// <param name="rejects">Whether the last line says so.</param>
    /// <exception cref="MalformedDataException">What is wrong, and in which line (counted from 1).</exception>
    public static IReadOnlyList<FieldSpec> Read(string text, out bool rejects)
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

        rejects = lines.Length > 2 && lines[^2] == RejectLine;
        List<FieldSpec> fields = [];
        for (int i = 1; i < lines.Length - (rejects ? 2 : 1); i++)
        {
            string line = lines[i];
            if (line.StartsWith(PathWord, StringComparison.Ordinal) && fields.Count > 0)
            {
                AddPath(fields, line[PathWord.Length..], i + 1);
            }
            else if (line.StartsWith(ValueWord, StringComparison.Ordinal) && fields.Count > 0)
            {
                AddValue(fields, line[ValueWord.Length..], i + 1);
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

    private static void AddValue(List<FieldSpec> fields, string text, int line)
    {
        FieldSpec field = fields[^1];
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (field.Kind is not (FieldKind.Text or FieldKind.Id) || bytes is 0 or > IndexSpec.ValueBytesMax
            || text.Any(char.IsControl) || field.Values.Contains(text)
            || (field.Fold && text.Any(char.IsAsciiLetterUpper)))
        {
            throw new MalformedDataException(
                $"a value that a field may have is of a text or an id, has 1 to {IndexSpec.ValueBytesMax} bytes "
                + "without control characters, is there once, and in a field with fold has no large letter A to Z",
                line);
        }

        fields[^1] = field with { Values = [.. field.Values, text] };
    }

    private static FieldSpec Field(string[] words, int line)
    {
        int kind = words.Length < 3 ? -1 : Array.IndexOf(s_kinds, words[2]);
        if (words[0] != "field" || kind < 0 || !IsName(words[1]))
        {
            throw new MalformedDataException(
                "a line is 'path PATH', 'value VALUE' or, the last, 'reject', or 'field NAME KIND' with a name of a-z, "
                + "0-9 and _ that begins with a letter "
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
                _ when word.StartsWith(TypeWord, StringComparison.Ordinal) =>
                    field with { Type = Type(field.Kind, word[TypeWord.Length..], line) },
                _ when word.StartsWith(SkewWord, StringComparison.Ordinal) && field.Kind == FieldKind.Time =>
                    field with { SkewSeconds = Skew(word[SkewWord.Length..], line) },
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

    private static ValueType Type(FieldKind kind, string text, int line)
    {
        ValueType type = (ValueType)Math.Max(0, Array.IndexOf(s_types, text));
        bool isOfKind = kind switch
        {
            FieldKind.Text or FieldKind.Id => type is ValueType.String or ValueType.Number or ValueType.Boolean,
            FieldKind.Ip => type == ValueType.Address,
            _ => false,
        };
        return isOfKind
            ? type
            : throw new MalformedDataException(
                "type= is string, number or boolean of a text or an id, and address of an ip; a time or a number that "
                + "is none makes a record one that cannot be read", line);
    }

    private static int Skew(string text, int line) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
            && seconds is > 0 and <= IndexSpec.SkewSecondsMax
            ? seconds
            : throw new MalformedDataException($"skew= is 1 to {IndexSpec.SkewSecondsMax:N0} seconds", line);

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

            if (field.Values.Count > IndexSpec.ValuesMax)
            {
                throw new MalformedDataException(
                    $"the field '{field.Name}' may have {field.Values.Count} values, more than {IndexSpec.ValuesMax}",
                    0);
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
