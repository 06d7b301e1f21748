// Takes the values of intake.yaml out of its nodes. What is wrong goes into the bag, and something harmless comes back:
// one look at the file shows everything that is wrong with it. One thread, one file.
using System.Globalization;
using System.Net;
using LedgerStore.Policy;

namespace LedgerStore.Intake.Config;

/// <param name="directory">What relative paths are relative to.</param>
internal sealed class ConfigFields(DiagnosticBag bag, string directory)
{
    private readonly FieldReader _reader = new(bag);

    public FieldReader Reader => _reader;

    /// <summary>The fields of a mapping, of which some must be there.</summary>
    public Dictionary<string, YamlNode>? Group(YamlNode node, string what, string[] required, string[] optional)
    {
        if (_reader.Fields(node, what, [.. required, .. optional]) is not { } fields)
        {
            return null;
        }

        bool isComplete = true;
        foreach (string name in required)
        {
            isComplete &= _reader.Require(fields, name, what, node.At) is not null;
        }

        return isComplete ? fields : null;
    }

    public string? Text(Dictionary<string, YamlNode> fields, string name, string what) =>
        fields.TryGetValue(name, out YamlNode? node) ? _reader.Text(node, $"{what}.{name}") : null;

    public string Path(Dictionary<string, YamlNode> fields, string name, string what) =>
        OptionalPath(fields, name, what) ?? string.Empty;

    public string? OptionalPath(Dictionary<string, YamlNode> fields, string name, string what)
    {
        if (Text(fields, name, what) is not { } text)
        {
            return null;
        }

        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
        {
            Wrong(fields[name], $"{what}.{name}: {Quoted.Text(text)} is no path", "");
            return null;
        }

        return System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(text, directory));
    }

    public IPEndPoint? Address(Dictionary<string, YamlNode> fields, string name, string what)
    {
        if (Text(fields, name, what) is not { } text)
        {
            return null;
        }

        IPEndPoint? address = Scalars.Address(text);
        if (address is null)
        {
            Wrong(
                fields[name], $"{what}.{name}: {Quoted.Text(text)} is no IP address with a port",
                "for example 0.0.0.0:8443 or [::1]:8443");
        }

        return address;
    }

    public long Size(
        Dictionary<string, YamlNode> fields, string name, string what, long otherwise, long min, long max) => Amount(
            fields,
            name,
            what,
            text => Scalars.SizeUnit(text, out string digits) is { } unit ? (unit, digits) : null,
            "a number with KiB, MiB or GiB",
            otherwise,
            min,
            max);

    public TimeSpan Duration(
        Dictionary<string, YamlNode> fields,
        string name,
        string what,
        TimeSpan otherwise,
        TimeSpan min,
        TimeSpan max) => new(Amount(
            fields,
            name,
            what,
            text => Scalars.DurationUnit(text, out string digits) is { } unit ? (unit, digits) : null,
            "a number with ms, s, m or h",
            otherwise.Ticks,
            min.Ticks,
            max.Ticks));

    /// <summary>One of a few words.</summary>
    public string? Choice(
        Dictionary<string, YamlNode> fields, string name, string what, IReadOnlyCollection<string> words)
    {
        string? text = Text(fields, name, what);
        if (text is not null && !words.Contains(text))
        {
            Wrong(fields[name], $"{what}.{name}: {Quoted.Text(text)} is none of the choices", bag.Suggest(text, words));
            return null;
        }

        return text;
    }

    public void Wrong(YamlNode node, string message, string hint) => bag.Error("value", node.At, message, hint);

    private long Amount(
        Dictionary<string, YamlNode> fields,
        string name,
        string what,
        Func<string, (long Unit, string Digits)?> split,
        string form,
        long otherwise,
        long min,
        long max)
    {
        if (!fields.TryGetValue(name, out YamlNode? node))
        {
            return otherwise;
        }

        // A number with a unit may look like something else to YAML; here it cannot be meant otherwise.
        string text = node is YamlText scalar ? scalar.Value : string.Empty;
        if (split(text) is not (long unit, string digits)
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            Wrong(node, $"{what}.{name}: {Quoted.Text(text)} is not {form}", "");
            return otherwise;
        }

        Int128 amount = (Int128)count * unit;
        if (amount < min || amount > max)
        {
            Wrong(node, $"{what}.{name}: {Quoted.Text(text)} is out of range", "");
            return otherwise;
        }

        return (long)amount;
    }
}
