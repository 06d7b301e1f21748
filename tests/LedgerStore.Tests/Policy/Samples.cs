// Policies that several test classes use, and the shortest way from text to an answer.
using System.Text;
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

internal static class Samples
{
    public const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>The example of the design, with its placeholders filled in.</summary>
    public const string Design = $$"""
        # policy.yaml: reviewed like code
        version: 1
        trust_domain: example.org                # URI SANs must be spiffe://example.org/...
        identities:
          payments: { uri: spiffe://example.org/payments }
          anna:     { fingerprint: "sha256:{{Hex}}" }
        roles:
          writer:  [append]
          auditor: [read, verify]
        bindings:
          - role: writer
            identities: [payments]
            ledgers: ["payments.*"]              # * stands for any run of characters; never for a leading _
            quota: { records_per_second: 50000, bytes_per_second: 20000000, streams: 16 }
        deny:
          - { issuer: "CN=Example CA", serial: "0a1b" }
          - { spki: "sha256:{{Hex}}" }
        anonymous_tiles: ["public.*"]
        """;

    public static PolicyParseResult Parse(string text) => PolicyDocument.Parse(Encoding.UTF8.GetBytes(text));

    public static CompiledPolicy Compile(string text)
    {
        PolicyParseResult result = Parse(text);
        Assert.True(result.Policy is not null, string.Join('\n', result.Diagnostics) + "\n" + text);
        return CompiledPolicy.Compile(result.Policy);
    }

    /// <summary>A policy with an identity and a role for each name and set of capabilities in the bindings.</summary>
    /// <param name="bindings">"a: append read: x.*, y", one identity each.</param>
    public static string Policy(params string[] bindings)
    {
        StringBuilder yaml = new("version: 1\ntrust_domain: example.org\nidentities:\n");
        string[][] parts = [.. bindings.Select(b => b.Split(':', StringSplitOptions.TrimEntries))];
        // The last one has no rights, so that not everybody can have all of them.
        foreach (string name in parts.Select(p => p[0]).Append("nobody").Distinct())
        {
            yaml.Append($"  {name}: {{ uri: spiffe://example.org/{name} }}\n");
        }

        yaml.Append("roles:\n");
        foreach (string set in parts.Select(p => p[1]).Distinct())
        {
            yaml.Append($"  {set.Replace(' ', '-')}: [{set.Replace(' ', ',')}]\n");
        }

        yaml.Append(parts.Length > 0 ? "bindings:\n" : "").Replace("roles:\nbindings:", "bindings:");
        foreach (string[] part in parts)
        {
            string[] patterns = part[2].Split(',', StringSplitOptions.TrimEntries);
            string ledgers = string.Join(", ", patterns.Select(p => $"\"{p}\""));
            yaml.Append($"  - {{ role: {part[1].Replace(' ', '-')}, identities: [{part[0]}], ledgers: [{ledgers}]");
            yaml.Append(part.Length > 3 ? $", quota: {{ records_per_second: {part[3]} }} }}\n" : " }\n");
        }

        return parts.Length > 0 ? yaml.ToString() : yaml.Replace("roles:\n", "").ToString();
    }

    public static string RepositoryFile(params string[] path)
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "LedgerStore.sln")))
        {
            directory = directory.Parent;
        }

        Assert.True(directory is not null, "LedgerStore.sln is above the tests");
        return File.ReadAllText(Path.Combine([directory.FullName, .. path]));
    }
}
