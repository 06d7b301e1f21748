// One condition of a question: a field has one of these values, begins with this, or lies between these.
// Immutable; any thread.
//
//   who=anna      who={anna,bob}      what=invoice.*      when>=2026-01-01T00:00:00Z      size<100
//
// In a value a backslash takes the meaning away from the character behind it: * at the end, and { , } \ anywhere.

using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>How values are compared.</summary>
internal enum ClauseKind
{
    /// <summary>The field has one of the values.</summary>
    AnyOf,

    /// <summary>The field begins with the value.</summary>
    Prefix,

    /// <summary>The field is less than the value.</summary>
    Less,

    /// <summary>The field is at most the value.</summary>
    AtMost,

    /// <summary>The field is greater than the value.</summary>
    Greater,

    /// <summary>The field is at least the value.</summary>
    AtLeast,
}

/// <summary>A condition as it was asked.</summary>
/// <param name="Field">The name of a field of the spec.</param>
/// <param name="Values">One value, or several of which one is enough.</param>
internal sealed record Clause(string Field, ClauseKind Kind, IReadOnlyList<string> Values)
{
    /// <summary>As many values may be asked for in one clause.</summary>
    public const int ValuesMax = 64;

    private const string Special = "{},*\\";

    private static readonly (string Sign, ClauseKind Kind)[] s_signs =
    [
        ("<=", ClauseKind.AtMost),
        (">=", ClauseKind.AtLeast),
        ("<", ClauseKind.Less),
        (">", ClauseKind.Greater),
        ("=", ClauseKind.AnyOf),
    ];

    /// <summary>Reads a clause.</summary>
    /// <exception cref="MalformedDataException">What is wrong, and at which character.</exception>
    public static Clause Parse(string text)
    {
        int at = text.AsSpan().IndexOfAny("<>=");
        if (at <= 0)
        {
            throw new MalformedDataException(
                $"'{text}' is no clause: it is FIELD=VALUE, FIELD={{VALUE,VALUE}}, FIELD=BEGINNING*, or a field with "
                + "<, <=, > or >= and a value", Math.Max(at, 0));
        }

        (string sign, ClauseKind kind) =
            s_signs.First(one => text.AsSpan(at).StartsWith(one.Sign, StringComparison.Ordinal));
        string field = text[..at];
        string value = text[(at + sign.Length)..];
        if (kind == ClauseKind.AnyOf && value.StartsWith('{'))
        {
            return new Clause(field, kind, List(value));
        }

        int rest = 0;
        string plain = Plain(value, ref rest, stop: "");
        return kind == ClauseKind.AnyOf && IsPrefix(value)
            ? new Clause(field, ClauseKind.Prefix, [plain[..^1]])
            : new Clause(field, kind, [plain]);
    }

    /// <summary>As it is written; reading it gives an equal clause.</summary>
    public override string ToString()
    {
        string sign = s_signs.FirstOrDefault(one => one.Kind == Kind, (Sign: "=", Kind)).Sign;
        return Field + sign + (Kind, Values.Count) switch
        {
            (ClauseKind.Prefix, _) => Escape(Values[0]) + "*",
            (_, 1) => Escape(Values[0]),
            _ => "{" + string.Join(',', Values.Select(Escape)) + "}",
        };
    }

    private static List<string> List(string text)
    {
        List<string> values = [];
        int at = 1;
        do
        {
            values.Add(Plain(text, ref at, stop: ",}"));
        }
        while (at < text.Length && text[at++] == ',');

        if (at != text.Length || text[^1] != '}' || values.Count > ValuesMax)
        {
            throw new MalformedDataException(
                $"'{text}' is no list: it is {{VALUE,VALUE}}, with at most {ValuesMax} values", at);
        }

        return values;
    }

    private static string Plain(string text, ref int at, string stop)
    {
        StringBuilder plain = new();
        while (at < text.Length && !stop.Contains(text[at], StringComparison.Ordinal))
        {
            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            _ = plain.Append(text[at++]);
        }

        return plain.ToString();
    }

    // A star at the end means something unless an odd number of backslashes stands before it.
    private static bool IsPrefix(string value) =>
        value.EndsWith('*') && (value.Length - 1 - value[..^1].TrimEnd('\\').Length) % 2 == 0;

    private static string Escape(string value) =>
        string.Concat(value.Select(static c => Special.Contains(c, StringComparison.Ordinal) ? $"\\{c}" : $"{c}"));
}
