// Takes the values of a file of rules out of its nodes. What is wrong goes into the bag, and something harmless comes
// back: one look at the file shows everything that is wrong with it. One thread, one file.

using System.Globalization;
using LedgerStore.Policy;

namespace LedgerStore.Guard;

/// <summary>Typed values.</summary>
internal sealed class ValueReader(DiagnosticBag bag)
{
    public FieldReader Reader { get; } = new(bag);

    public DiagnosticBag Bag => bag;

    /// <summary>The fields of a mapping, of which some must be there.</summary>
    public Dictionary<string, YamlNode>? Group(YamlNode node, string what, string[] required, string[] optional)
    {
        if (Reader.Fields(node, what, [.. required, .. optional]) is not { } fields)
        {
            return null;
        }

        bool isComplete = true;
        foreach (string name in required)
        {
            isComplete &= Reader.Require(fields, name, what, node.At) is not null;
        }

        return isComplete ? fields : null;
    }

    public string? Text(Dictionary<string, YamlNode> fields, string name, string what) =>
        fields.TryGetValue(name, out YamlNode? node) ? Reader.Text(node, $"{what}.{name}") : null;

    /// <summary>The texts of a list, each with its place.</summary>
    public List<(string Text, YamlNode At)> Texts(Dictionary<string, YamlNode> fields, string name, string what)
    {
        List<(string Text, YamlNode At)> texts = [];
        if (fields.TryGetValue(name, out YamlNode? node) && Reader.Items(node, $"{what}.{name}") is { } list)
        {
            foreach (YamlNode item in list.Items)
            {
                if (Reader.Text(item, $"an item of {what}.{name}") is { } text)
                {
                    texts.Add((text, item));
                }
            }
        }

        return texts;
    }

    public long? Number(Dictionary<string, YamlNode> fields, string name, string what) =>
        fields.TryGetValue(name, out YamlNode? node) ? Reader.Number(node, $"{what}.{name}", 1_000_000_000_000) : null;

    /// <summary>A number from 1 to a limit.</summary>
    public long Count(Dictionary<string, YamlNode> fields, string name, string what, long max, long otherwise) =>
        (fields.TryGetValue(name, out YamlNode? node) ? Reader.Number(node, $"{what}.{name}", max) : null) ?? otherwise;

    /// <summary>A duration, as microseconds.</summary>
    public long Duration(Dictionary<string, YamlNode> fields, string name, string what, long otherwise)
    {
        if (!fields.TryGetValue(name, out YamlNode? node))
        {
            return otherwise;
        }

        string text = node is YamlText scalar ? scalar.Value : string.Empty;
        if (Micros.TryDuration(text, out long micros))
        {
            return micros;
        }

        Wrong(
            node, $"{what}.{name}: {Quoted.Text(text)} is no duration",
            string.Create(CultureInfo.InvariantCulture, $"such as 90d, 12h, 30m, 45s; at most {GuardLimits.DaysMax}d"));
        return otherwise;
    }

    /// <summary>One of a few words.</summary>
    public string? Choice(
        Dictionary<string, YamlNode> fields, string name, string what, IReadOnlyCollection<string> words)
    {
        string? text = Text(fields, name, what);
        if (text is not null && !words.Contains(text))
        {
            string near = bag.Suggest(text, words);
            Wrong(
                fields[name], $"{what}.{name}: {Quoted.Text(text)} is none of the choices",
                near.Length > 0 ? near : $"known: {string.Join(", ", words)}");
            return null;
        }

        return text;
    }

    public void Wrong(YamlNode node, string message, string hint) => bag.Error("value", node.At, message, hint);
}
