// Reads server.yaml into texts by setting. Strict: one mapping, known fields only, nothing twice, no tricks of YAML.
// One thread, at start.
using LedgerStore.Policy;

namespace LedgerStore.Server.Config;

internal sealed class ConfigFile
{
    private const string Plaintext = "a listener without TLS is refused: who calls would not be known, and records"
        + " would travel in the open";

    private readonly string _file;
    private readonly DiagnosticBag _bag = new("configuration", "data: <directory>");
    private readonly FieldReader _reader;
    private readonly Dictionary<Setting, ConfigValue> _values = [];

    private ConfigFile(string file)
    {
        _file = file;
        _reader = new FieldReader(_bag);
    }

    /// <summary>The settings that the file has; what is wrong is added to the problems.</summary>
    public static Dictionary<Setting, ConfigValue> Read(string file, List<ConfigProblem> problems)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigProblem(
                file,
                $"cannot be read: {error.Message}",
                "name it with --config FILE",
                ConfigException.BadConfiguration));
            return [];
        }

        ConfigFile reading = new(file);
        reading.Read(bytes);
        problems.AddRange(reading._bag.InOrder().Select(d => new ConfigProblem(
            ConfigValue.PlaceOf(file, d.At), d.Message, d.Hint, ConfigException.BadConfiguration)));
        return reading._values;
    }

    private void Read(byte[] utf8)
    {
        YamlNode? root = PolicyText.Decode(utf8, _bag) is { } text ? YamlReader.Read(text, _bag) : null;
        string[] known = [.. Settings.All.Select(s => s.Group).Distinct()];
        if (root is null || _reader.Fields(root, "the configuration", known) is not { } fields)
        {
            return;
        }

        foreach ((string name, YamlNode node) in fields)
        {
            Setting[] settings = [.. Settings.All.Where(s => s.Group == name)];
            if (settings[0].IsGrouped)
            {
                ReadGroup(name, node, settings);
            }
            else
            {
                ReadValue(settings[0], node);
            }
        }
    }

    private void ReadGroup(string name, YamlNode node, Setting[] settings)
    {
        if (name == "tls" && node is YamlText)
        {
            _bag.Error("unsafe", node.At, Plaintext, "tls: { certificate: ..., key: ..., client_ca: ... }");
            return;
        }

        string[] known = [.. settings.Select(s => s.Path[(name.Length + 1)..].Split('.')[0]).Distinct()];
        foreach ((string field, YamlNode value) in _reader.Fields(node, name, known) ?? [])
        {
            string path = $"{name}.{field}";
            if (settings.SingleOrDefault(s => s.Path == path) is { } setting)
            {
                ReadValue(setting, value);
            }
            else
            {
                Setting[] inner = [.. settings.Where(s => s.Path.StartsWith(path + ".", StringComparison.Ordinal))];
                ReadGroup(path, value, inner);
            }
        }
    }

    private void ReadValue(Setting setting, YamlNode node)
    {
        // A number, a duration and a size may look like a number to YAML; all others must be text to every tool.
        bool isNumeric = setting.Kind is SettingKind.Number or SettingKind.Duration or SettingKind.Size;
        string? text = isNumeric && node is YamlText { Value.Length: > 0 } number
            ? number.Value
            : _reader.Text(node, setting.Path);
        if (text is not null)
        {
            _values.Add(setting, ConfigValue.OfFile(text, _file, node.At));
        }
    }
}
