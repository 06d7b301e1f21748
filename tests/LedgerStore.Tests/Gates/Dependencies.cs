// Which project may know which. Pure; the tests prove it can fail.

using System.Xml.Linq;

namespace LedgerStore.Tests.Gates;

/// <summary>The arrows between projects.</summary>
internal static class Dependencies
{
    /// <summary>Our projects that each project may reference; those not named here may reference all.</summary>
    private static readonly Dictionary<string, string[]> s_projects = new(StringComparer.Ordinal)
    {
        ["LedgerStore.Durable"] = [],
        ["LedgerStore.Proofs"] = [],
        ["LedgerStore.Fields"] = ["LedgerStore.Proofs"],
        ["LedgerStore.Policy"] = [],
        ["LedgerStore.Pki"] = ["LedgerStore.Durable", "LedgerStore.Policy"],
        ["LedgerStore.Protocol"] = [],
        ["LedgerStore.Engine"] = ["LedgerStore.Durable", "LedgerStore.Fields", "LedgerStore.Proofs"],
        ["LedgerStore.Engine.S3"] = ["LedgerStore.Engine"],
        ["LedgerStore.Client"] =
            ["LedgerStore.Durable", "LedgerStore.Fields", "LedgerStore.Protocol", "LedgerStore.Proofs"],
        ["LedgerStore.Client.AspNetCore"] = ["LedgerStore.Client"],
        ["LedgerStore.Page"] = [],
        ["LedgerStore.Console"] = ["LedgerStore.Client", "LedgerStore.Page", "LedgerStore.Protocol"],
        ["LedgerStore.Guard"] =
        [
            "LedgerStore.Client", "LedgerStore.Durable", "LedgerStore.Fields", "LedgerStore.Policy",
            "LedgerStore.Proofs", "LedgerStore.Protocol",
        ],
        ["LedgerStore.Intake"] =
        [
            "LedgerStore.Client", "LedgerStore.Durable", "LedgerStore.Fields", "LedgerStore.Pki", "LedgerStore.Policy",
            "LedgerStore.Proofs",
        ],
        ["LedgerStore.Wording"] =
            ["LedgerStore.Engine", "LedgerStore.Fields", "LedgerStore.Proofs", "LedgerStore.Policy",
                "LedgerStore.Protocol"],
        ["LedgerStore.Server"] =
        [
            "LedgerStore.Engine", "LedgerStore.Engine.S3", "LedgerStore.Proofs", "LedgerStore.Policy",
            "LedgerStore.Pki", "LedgerStore.Protocol", "LedgerStore.Intake", "LedgerStore.Guard",
            "LedgerStore.Wording", "LedgerStore.Page",
        ],
        ["LedgerStore.Cli"] =
        [
            "LedgerStore.Client", "LedgerStore.Console", "LedgerStore.Guard", "LedgerStore.Wording",
            "LedgerStore.Protocol", "LedgerStore.Policy", "LedgerStore.Pki", "LedgerStore.Engine",
            "LedgerStore.Engine.S3", "LedgerStore.Fields", "LedgerStore.Proofs",
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
}
