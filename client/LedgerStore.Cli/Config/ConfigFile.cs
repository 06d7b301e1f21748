// config.yaml: profiles by name, and which one is used when none is named. Read strictly, written whole.
//
//   default: dev
//   profiles:
//     dev:
//       server: https://localhost:7443
//       public_name: localhost          origins are <public_name>/<ledger>
//       ca: pki/ca.pem                  paths are relative to this file
//       clients: pki/clients            <name>.pem and <name>.key of each client
//       append: appender                which of them appends, reads, verifies and administers
//       read: reader
//       verify: reader
//       administer: administrator
//
// Instead of `clients`, `certificate` and `key` name the files of the only client there is. Pure, but for the file.
using System.Text;
using LedgerStore.Pki;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LedgerStore.Cli;

/// <summary>The configuration of `ledger`.</summary>
internal sealed record ConfigFile(string? Default, IReadOnlyList<Profile> Profiles)
{
    public static readonly ConfigFile Empty = new(null, []);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It is not a configuration; the text names the line.</exception>
    public static ConfigFile Read(string path)
    {
        try
        {
            YamlStream yaml = [];
            yaml.Load(new StringReader(File.ReadAllText(path)));
            if (yaml.Documents.Count == 0)
            {
                return Empty;
            }

            Dictionary<string, YamlNode> fields = Map(path, yaml.Documents[0].RootNode, ["default", "profiles"]);
            string? standard = fields.TryGetValue("default", out YamlNode? node) ? Text(path, node) : null;
            List<Profile> profiles = [];
            if (fields.TryGetValue("profiles", out YamlNode? all))
            {
                foreach ((string name, YamlNode profile) in Map(path, all, null))
                {
                    profiles.Add(ReadProfile(path, name, profile));
                }
            }

            return new ConfigFile(standard, profiles);
        }
        catch (YamlException error)
        {
            throw new UsageException($"{path}:{error.Start.Line}: {error.Message}");
        }
    }

    /// <summary>The same with a profile added or replaced.</summary>
    public ConfigFile With(Profile profile) => new(
        Default ?? profile.Name, [.. Profiles.Where(other => other.Name != profile.Name), profile]);

    /// <summary>Writes the file; it has no secrets in it.</summary>
    public void Write(string path)
    {
        StringBuilder text = new("# Profiles of the command `ledger`.\n");
        if (Default is not null)
        {
            text.Append("default: ").Append(Default).Append('\n');
        }

        text.Append("profiles:\n");
        foreach (Profile profile in Profiles)
        {
            text.Append("  ").Append(profile.Name).Append(":\n");
            foreach (string field in Profile.Fields.Where(profile.Values.ContainsKey))
            {
                string quoted = profile.Values[field].Replace("'", "''", StringComparison.Ordinal);
                text.Append("    ").Append(field).Append(": '").Append(quoted).Append("'\n");
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        PkiFiles.WritePublic(path, text.ToString());
    }

    private static Profile ReadProfile(string path, string name, YamlNode node)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Dictionary<string, string> values = [];
        foreach ((string field, YamlNode value) in Map(path, node, Profile.Fields))
        {
            string text = Text(path, value);
            values[field] = Profile.IsPath(field) ? Path.GetFullPath(text, directory) : text;
        }

        return new Profile(name) { Values = values };
    }

    private static Dictionary<string, YamlNode> Map(string path, YamlNode node, IReadOnlyList<string>? known)
    {
        if (node is not YamlMappingNode map)
        {
            throw new UsageException($"{path}:{node.Start.Line}: names and values are expected here");
        }

        Dictionary<string, YamlNode> fields = [];
        foreach ((YamlNode key, YamlNode value) in map.Children)
        {
            string name = Text(path, key);
            if (known is not null && !known.Contains(name))
            {
                throw new UsageException(
                    $"{path}:{key.Start.Line}: '{name}' is not known here", $"one of {string.Join(", ", known)}");
            }

            fields.Add(name, value);
        }

        return fields;
    }

    private static string Text(string path, YamlNode node) => node is YamlScalarNode { Value: { } text }
        ? text
        : throw new UsageException($"{path}:{node.Start.Line}: a text is expected here");
}
