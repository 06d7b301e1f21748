// Takes typed values out of nodes and reports what is not of the type. Every method returns null (or nothing) after it
// has reported why. One thread, one file.
using System.Globalization;

namespace LedgerStore.Policy;

internal sealed class FieldReader(DiagnosticBag bag)
{
    /// <summary>The fields of a mapping by name; unknown ones are reported.</summary>
    public Dictionary<string, YamlNode>? Fields(YamlNode node, string what, string[] known)
    {
        if (Map(node, what) is not { } map)
        {
            return null;
        }

        Dictionary<string, YamlNode> fields = [];
        foreach ((YamlText key, YamlNode value) in map.Fields)
        {
            if (known.Contains(key.Value))
            {
                fields.Add(key.Value, value);
            }
            else
            {
                bag.Error("unknown-field", key.At, $"{what} has no field {Quoted.Text(key.Value)}",
                    bag.Suggest(key.Value, known));
            }
        }

        return fields;
    }

    public YamlMap? Map(YamlNode node, string what) => node as YamlMap ?? Wrong<YamlMap>(node, what, "a mapping");

    /// <summary>A list with at least one item.</summary>
    public YamlList? Items(YamlNode node, string what)
    {
        YamlList? list = List(node, what);
        if (list is { Items.Count: 0 })
        {
            bag.Error("empty", node.At, $"{what} is empty", "");
            return null;
        }

        return list;
    }

    public YamlList? List(YamlNode node, string what) => node as YamlList ?? Wrong<YamlList>(node, what, "a list");

    /// <summary>Text that every YAML tool reads as text.</summary>
    public string? Text(YamlNode node, string what)
    {
        if (node is not YamlText text)
        {
            return Wrong<string>(node, what, "text");
        }

        if (text.IsPlain && PlainScalars.OtherReading(text.Value) is { } other)
        {
            bag.Error("type", node.At, text.Value.Length == 0
                ? $"{what} is missing its value"
                : $"{what}: unquoted {Quoted.Text(text.Value)} is {other} to other YAML tools", "put it in quotes");
            return null;
        }

        return text.Value;
    }

    /// <summary>An unquoted decimal number from 1 up to a limit.</summary>
    public long? Number(YamlNode node, string what, long max)
    {
        if (node is not YamlText { IsPlain: true } text || text.Value.Length == 0)
        {
            return WrongNumber(node, $"{what} must be a number without quotes, not {node.Kind}", "");
        }

        if (text.Value.Length > 1 && text.Value[0] == '0' || !text.Value.All(char.IsAsciiDigit))
        {
            return WrongNumber(node, $"{what}: {Quoted.Text(text.Value)} is no whole number",
                "digits only, for example 50000");
        }

        return long.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            && value >= 1 && value <= max
            ? value
            : WrongNumber(node, $"{what}: {Quoted.Text(text.Value)} is not from 1 to {max}", "");
    }

    /// <summary>A name as identities and roles have; as key or as value.</summary>
    public string? Name(YamlNode node, string what)
    {
        if (Text(node, what) is not { } name)
        {
            return null;
        }

        if (Names.IsName(name))
        {
            return name;
        }

        bag.Error("name", node.At, $"{Quoted.Text(name)} is no name for {what}", $"names are {Names.Form}");
        return null;
    }

    public YamlNode? Require(Dictionary<string, YamlNode> fields, string name, string what, SourcePosition at)
    {
        if (fields.TryGetValue(name, out YamlNode? node))
        {
            return node;
        }

        bag.Error("missing", at, $"{what} needs {Quoted.Text(name)}", "");
        return null;
    }

    /// <summary>Reports an item that stands in a list twice; true the first time.</summary>
    public bool IsFirst(HashSet<string> seen, string item, SourcePosition at)
    {
        if (seen.Add(item))
        {
            return true;
        }

        bag.Error("duplicate", at, $"{Quoted.Text(item)} is in this list a second time", "");
        return false;
    }

    private T? Wrong<T>(YamlNode node, string what, string expected)
        where T : class
    {
        string hint = node is YamlText { Value.Length: 0 } ? "leave the field out if it has no value" : "";
        bag.Error("type", node.At, $"{what} must be {expected}, not {node.Kind}", hint);
        return null;
    }

    private long? WrongNumber(YamlNode node, string message, string hint)
    {
        bag.Error("type", node.At, message, hint);
        return null;
    }
}
