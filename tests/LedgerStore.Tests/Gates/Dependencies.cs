// Who may know whom: the folders of the engine in their order, and the projects. Pure; the tests prove it can fail.

using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LedgerStore.Tests.Gates;

/// <summary>DESIGN.md section 2 as code.</summary>
internal static class Dependencies
{
    /// <summary>Lowest first; each folder may use those before it.</summary>
    public static readonly string[] EngineFolders =
    [
        "Foundation", "Files", "Format", "Journal", "Segments", "Tree", "Append", "Checkpoints", "Tiering", "Recovery",
        "Verification",
        "Store",
    ];

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>Our projects that each project may reference; those not named here may reference all.</summary>
    private static readonly Dictionary<string, string[]> s_projects = new(StringComparer.Ordinal)
    {
        ["LedgerStore.Durable"] = [],
        ["LedgerStore.Proofs"] = [],
        ["LedgerStore.Policy"] = [],
        ["LedgerStore.Pki"] = ["LedgerStore.Durable", "LedgerStore.Policy"],
        ["LedgerStore.Protocol"] = [],
        ["LedgerStore.Engine"] = ["LedgerStore.Durable", "LedgerStore.Proofs"],
        ["LedgerStore.Engine.S3"] = ["LedgerStore.Engine"],
        ["LedgerStore.Client"] = ["LedgerStore.Durable", "LedgerStore.Protocol", "LedgerStore.Proofs"],
        ["LedgerStore.Client.AspNetCore"] = ["LedgerStore.Client"],
        ["LedgerStore.Server"] =
        [
            "LedgerStore.Engine", "LedgerStore.Engine.S3", "LedgerStore.Proofs", "LedgerStore.Policy",
            "LedgerStore.Pki", "LedgerStore.Protocol",
        ],
        ["LedgerStore.Cli"] =
        [
            "LedgerStore.Client", "LedgerStore.Protocol", "LedgerStore.Policy", "LedgerStore.Pki", "LedgerStore.Engine",
            "LedgerStore.Engine.S3", "LedgerStore.Proofs",
        ],
    };

    /// <summary>Programs that a project starts as processes: built together with it, and nothing else.</summary>
    private static readonly Dictionary<string, string[]> s_started = new(StringComparer.Ordinal)
    {
        ["LedgerStore.Cli"] = ["LedgerStore.Server"],
    };

    /// <summary>What a project file may not reference.</summary>
    public static IEnumerable<string> CheckProject(string project, string xml)
    {
        if (!s_projects.TryGetValue(project, out string[]? allowed))
        {
            yield break;
        }

        foreach (XElement reference in XDocument.Parse(xml).Descendants("ProjectReference"))
        {
            string name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
            bool isOnlyStarted = (string?)reference.Attribute("ReferenceOutputAssembly") == "false"
                && (string?)reference.Attribute("Private") == "false"
                && s_started.GetValueOrDefault(project, []).Contains(name);
            if (!isOnlyStarted && !allowed.Contains(name))
            {
                yield return $"{project} must not reference {name}";
            }
        }
    }

    /// <summary>What a file of an engine folder may not name: full names, and types by their folder.</summary>
    /// <param name="typesOf">The types that each folder declares: Files.IFile is a name too, even without
    /// using.</param>
    public static IEnumerable<string> CheckEngineFile(
        string path, string text, string folder, IReadOnlyDictionary<string, HashSet<string>> typesOf)
    {
        int rank = Array.IndexOf(EngineFolders, folder);
        if (rank < 0)
        {
            yield return $"{path}: {folder} is not a folder of DESIGN.md section 2";
            yield break;
        }

        string code = CodeText.Strip(text);
        string folders = string.Join('|', EngineFolders);
        string pattern = @"(?<![\w.])(?<full>(global::)?LedgerStore\.Engine\.|Engine\.)?"
            + $@"(?<folder>{folders})\b(\.(?<type>\w+))?";
        foreach (Match match in Regex.Matches(code, pattern, RegexOptions.ExplicitCapture, s_timeout))
        {
            string named = match.Groups["folder"].Value;
            bool isFullName = match.Groups["full"].Success;
            bool isTypeName = typesOf.TryGetValue(named, out HashSet<string>? types)
                && types.Contains(match.Groups["type"].Value);
            if ((isFullName || isTypeName) && Array.IndexOf(EngineFolders, named) > rank)
            {
                yield return $"{path}: {folder} must not use {named} ({match.Value})";
            }
        }
    }

    /// <summary>The names of the types that a file declares.</summary>
    public static IEnumerable<string> TypesIn(string text) => Regex
        .Matches(
            CodeText.Strip(text),
            @"\b(class|struct|interface|enum|record)\s+(?<name>\w+)",
            RegexOptions.ExplicitCapture,
            s_timeout)
        .Select(match => match.Groups["name"].Value);
}
