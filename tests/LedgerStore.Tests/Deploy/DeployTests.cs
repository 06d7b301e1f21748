// What server/deploy says and what `ledger init` writes fit each other: the unit is started with both, and the paths in
// the container's and in Kubernetes' files are those of server.yaml.

using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using LedgerStore.Pki;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Deploy;

[SupportedOSPlatform("linux")]
public sealed partial class DeployTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore-made-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task The_unit_starts_what_init_made_and_writes_only_into_its_state_directories()
    {
        using DeployedServer server = await DeployedServer.InitAsync();
        string[] before = [.. Outside(server)];
        await server.StartAsync();
        CliResult created = await server.Ledger.RunAsync("create", "payments");
        Assert.True(created.Code == 0, created.ToString());
        await server.TrustAsync();
        await server.AppendAsync(300);
        CliResult verified = await server.Ledger.RunAsync("verify", "payments");
        Assert.True(verified.Code == 0, verified.ToString());
        Assert.Equal(0, await server.StopAsync());
        Assert.True(File.Exists(server.Anchor), server.Anchor);
        Assert.Equal(before, Outside(server));
        CliResult offline = await server.Ledger.RunAsync("verify", "--data", server.Data, "--anchor", server.Anchor);
        Assert.True(offline.Code == 0, offline.ToString());
    }

    [Fact]
    public async Task The_unit_covers_every_path_of_server_yaml()
    {
        UnitFile unit = new();
        Dictionary<string, string> paths = await MadeAsync("--data", "/var/lib/ledgerstore");
        Assert.Equal($"{unit.ConfigurationDirectory}/server.yaml", unit.ExecStart[^1]);
        Assert.Equal(unit.StateDirectories[0], paths["data"]);
        Assert.Equal(unit.StateDirectories[1], Path.GetDirectoryName(paths["anchor"]));
        string[] kept = ["certificate", "key", "client_ca", "signing_key", "policy"];
        Assert.All(kept, name => Assert.StartsWith(
            unit.ConfigurationDirectory + "/", paths[name], StringComparison.Ordinal));

        // Whoever owns the keys is who can use them: the head says to whom they are given.
        Assert.Contains(
            $"chown -R {unit["User"]}:{unit["Group"]} {unit.ConfigurationDirectory}", unit.Text,
            StringComparison.Ordinal);
        Assert.Contains("init /etc/ledgerstore --name ledger.example.org --data /var/lib/ledgerstore\n", unit.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_container_covers_every_path_of_server_yaml_and_has_both_programs()
    {
        string text = Deployed("Containerfile");
        Dictionary<string, string> paths = await MadeAsync("--data", "/var/lib/ledgerstore");
        Assert.Contains($"VOLUME [\"{paths["data"]}\", \"{Path.GetDirectoryName(paths["anchor"])}\"]", text,
            StringComparison.Ordinal);
        Assert.Contains("CMD [\"serve\", \"--config\", \"/etc/ledgerstore/server.yaml\"]", text,
            StringComparison.Ordinal);
        foreach (Match project in Published().Matches(text))
        {
            Assert.NotEmpty(Directory.GetFiles(
                Path.Combine(SourceTree.Root, project.Groups["project"].Value), "*.csproj"));
        }

        Assert.Equal(2, Published().Count(text));
        Assert.Contains("/usr/bin/ledger", text, StringComparison.Ordinal);

        // Both are published from what the ignore file leaves: sources are there, outputs and keys are not.
        string[] ignored = await File.ReadAllLinesAsync(Path.Combine(SourceTree.Root, ".dockerignore"));
        Assert.DoesNotContain(ignored, line => line is "docs" or "client" or "server" or "engine");
        Assert.Contains("**/bin", ignored);
        Assert.Contains("**/*.key", ignored);
    }

    [Fact]
    public async Task Kubernetes_covers_every_path_of_server_yaml_and_asks_paths_that_are_served()
    {
        string text = Deployed("kubernetes.yaml");
        Dictionary<string, string> paths = await MadeAsync(
            "--data", "/var/lib/ledgerstore/data", "--anchor", "/var/lib/ledgerstore-anchor/anchor");
        Assert.Contains("--data /var/lib/ledgerstore/data --anchor /var/lib/ledgerstore-anchor/anchor\n", text,
            StringComparison.Ordinal);

        // The data is below its volume: the volume's own directory is the group's too, which the server refuses.
        Assert.Equal("/var/lib/ledgerstore", Path.GetDirectoryName(paths["data"]));
        foreach (string volume in new[] { paths["data"], paths["anchor"], "/etc/ledgerstore/x" })
        {
            Assert.Contains($"mountPath: {Path.GetDirectoryName(volume)}", text, StringComparison.Ordinal);
        }

        foreach (string name in new[] { "certificate", "key", "client_ca", "signing_key" })
        {
            string file = Path.GetFileName(paths[name]);
            Assert.Contains($"/keys/{file}", text, StringComparison.Ordinal);
            Assert.Contains($"{file}", text[..text.IndexOf("apiVersion", StringComparison.Ordinal)],
                StringComparison.Ordinal);
        }

        Assert.Contains("ln -sf /config/policy.yaml " + paths["policy"], text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("path: /healthz, port: operations, scheme: HTTPS").Length - 1);
        Assert.Single(Regex.Matches(text, "path: /readyz, port: operations, scheme: HTTPS", RegexOptions.None,
            TimeSpan.FromSeconds(1)));
        Assert.Contains("name: operations, containerPort: 9464", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_init_container_copies_is_what_the_server_accepts()
    {
        await MadeAsync("--data", "/var/lib/ledgerstore/data");
        string script = Script().Match(Deployed("kubernetes.yaml")).Groups["script"].Value;
        foreach (string directory in new[] { "keys", "config", "etc/ledgerstore" })
        {
            Directory.CreateDirectory(Path.Combine(_root, directory));
        }

        foreach (string key in new[] { "pki/server.key", "pki/server.pem", "pki/ca.pem", "signing.pem" })
        {
            string copy = Path.Combine(_root, "keys", Path.GetFileName(key));
            File.Copy(Path.Combine(_root, "made", key), copy);

            // As the kubelet gives them to a group.
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        }

        File.Copy(Path.Combine(_root, "made", "server.yaml"), Path.Combine(_root, "config", "server.yaml"));
        File.Copy(Path.Combine(_root, "made", "policy.yaml"), Path.Combine(_root, "config", "policy.yaml"));
        string mapped = Regex.Replace(
            script, @"(?<= )/(?=keys|config|etc)", _root + "/", RegexOptions.None, TimeSpan.FromSeconds(1));
        string file = Path.Combine(_root, "init.sh");
        await File.WriteAllTextAsync(file, "set -e\n" + mapped);
        (int code, string output) = await ShellRun.RunAsync(file, _root, new Dictionary<string, string?>());
        Assert.True(code == 0, output);
        string etc = Path.Combine(_root, "etc", "ledgerstore");
        foreach (string key in new[] { "pki/server.key", "signing.pem" })
        {
            Assert.False(PkiFiles.IsOpenToOthers(Path.Combine(etc, key)), key);
        }

        Assert.True(File.Exists(Path.Combine(etc, "pki", "ca.pem")));
        Assert.True(File.Exists(Path.Combine(etc, "policy.yaml")));
        Assert.True(File.Exists(Path.Combine(etc, "server.yaml")));
    }

    /// <summary>The paths in the server.yaml that `ledger init` writes for /etc/ledgerstore.</summary>
    private async Task<Dictionary<string, string>> MadeAsync(params string[] places)
    {
        LedgerCli ledger = new(Path.Combine(_root, "config.yaml"));
        string made = Path.Combine(_root, "made");
        CliResult result = await ledger.RunAsync(
            ["init", made, "--at", "/etc/ledgerstore", "--name", "ledger.example.org", .. places]);
        Assert.True(result.Code == 0, result.ToString());
        Assert.Contains("serve --config /etc/ledgerstore/server.yaml", result.Output, StringComparison.Ordinal);
        return Setting().Matches(await File.ReadAllTextAsync(Path.Combine(made, "server.yaml")))
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["path"].Value,
                StringComparer.Ordinal);
    }

    private static string Deployed(string file) =>
        File.ReadAllText(Path.Combine(SourceTree.Root, "server", "deploy", file));

    private static IEnumerable<string> Outside(DeployedServer server) =>
        Directory.EnumerateFiles(server.Etc, "*", SearchOption.AllDirectories)
            .Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O}").Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^\s*(?<name>\w+): (?<path>/\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Setting();

    [GeneratedRegex(@"dotnet publish (?<project>\S+) -c Release -o /app/\w+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Published();

    [GeneratedRegex(
        @"args:\n\s+- \|\n(?<script>.*?)\n\s+securityContext", RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Script();
}
