// server/deploy/ledgerstore-guard.service: systemd takes it, it is as closed as the server's, and what it starts runs
// with what its head says to put there, and writes nowhere but into its state directory.

using System.Diagnostics;
using System.Runtime.Versioning;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Deploy;

[SupportedOSPlatform("linux")]
public sealed class GuardUnitTests(DevServer server) : IClassFixture<DevServer>, IDisposable
{
    private const string Name = "ledgerstore-guard";
    private static readonly string s_deploy = Path.Combine(SourceTree.Root, "server", "deploy");
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore-unit-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [ProgramFact("systemd-analyze")]
    public void Systemd_takes_the_units()
    {
        foreach (string unit in new[] { Name, "ledgerstore" })
        {
            // Only what it starts is not on this machine.
            string copy = Path.Combine(_root, unit + ".service");
            File.WriteAllText(copy, Text(unit)
                .Replace("ExecStart=/usr/bin/ledger ", "ExecStart=/bin/sh ", StringComparison.Ordinal)
                .Replace("ExecStart=/usr/bin/dotnet ", "ExecStart=/bin/sh ", StringComparison.Ordinal));
            using Process tool = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", copy])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
            string said = tool.StandardError.ReadToEnd();
            tool.WaitForExit();
            Assert.True(tool.ExitCode == 0, said);
            Assert.DoesNotContain(copy, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_is_as_closed_as_the_servers()
    {
        string[] hardening = [.. Keys("ledgerstore").Where(static line =>
            line.StartsWith("Protect", StringComparison.Ordinal) || line.StartsWith("Private", StringComparison.Ordinal)
            || line.StartsWith("Restrict", StringComparison.Ordinal)
            || line.StartsWith("SystemCall", StringComparison.Ordinal)
            || line.StartsWith("Capabilit", StringComparison.Ordinal) || line is "NoNewPrivileges=yes" or "UMask=0077"
                or "LockPersonality=yes" or "RemoveIPC=yes" or "LimitCORE=0" or "StateDirectoryMode=0700")];
        Assert.True(hardening.Length > 20, $"{hardening.Length} lines");
        Assert.Empty(hardening.Except(Keys(Name)));
    }

    [Fact]
    public async Task What_it_starts_runs_and_writes_into_its_state_directory_alone()
    {
        string etc = Path.Combine(_root, "etc"), state = Path.Combine(_root, "state");
        LedgerCli administrator = new(server.Profile);
        Assert.Equal(0, (await administrator.RunAsync("create", "_alerts")).Code);
        _ = Directory.CreateDirectory(Path.Combine(etc, "pki"));
        _ = Directory.CreateDirectory(state);
        foreach ((string from, string to) in new[]
        {
            ("pki/ca.pem", "ca.pem"), ("pki/clients/guard.pem", "guard.pem"), ("pki/clients/guard.key", "guard.key"),
        })
        {
            File.Copy(Path.Combine(server.Keys, from), Path.Combine(etc, to));
        }

        string config = Path.Combine(etc, "config.yaml");
        await File.WriteAllTextAsync(config, $$"""
            default: store
            profiles:
              store: { server: "{{server.Address}}", public_name: localhost, ca: ca.pem, clients: . }

            """);
        await File.WriteAllTextAsync(Path.Combine(etc, "alerts.yaml"), "version: 1\n");
        LedgerCli guardCli = new(config);
        CliResult trusted = await guardCli.RunWithAsync(
            await server.VkeysAsync(administrator), "trust", "add", "--from", "-");
        Assert.True(trusted.Code == 0, trusted.ToString());
        string[] before = Files(etc);
        string[] words = Keys(Name).Single(static line => line.StartsWith("ExecStart=", StringComparison.Ordinal))
            ["ExecStart=/usr/bin/ledger ".Length..]
            .Replace("/etc/" + Name, etc, StringComparison.Ordinal)
            .Replace("/var/lib/" + Name, state, StringComparison.Ordinal)
            .Replace("9466", $"{Ports.Free()}", StringComparison.Ordinal)
            .Split(' ');
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "ledger.dll"), .. words])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LEDGER_CONFIG"] = config },
        };
        using Process guard = Process.Start(start)!;
        try
        {
            List<string> said = [];
            while (await guard.StandardOutput.ReadLineAsync() is { } line
                && !line.Contains("  ready: ", StringComparison.Ordinal))
            {
                said.Add(line);
            }

            Assert.False(guard.HasExited, string.Join("\n", said));
            _ = guard.StandardOutput.ReadToEndAsync();
            using Process kill = Process.Start("kill", ["-TERM", $"{guard.Id}"]);
            await guard.WaitForExitAsync();
        }
        finally
        {
            if (!guard.HasExited)
            {
                guard.Kill();
            }
        }

        Assert.Equal(before, Files(etc));
        Assert.NotEmpty(Files(state));
    }

    private static string Text(string unit) => File.ReadAllText(Path.Combine(s_deploy, unit + ".service"));

    private static string[] Keys(string unit) => [.. Text(unit).Split('\n').Where(static line =>
        line.Contains('=') && !line.StartsWith('#'))];

    private static string[] Files(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(static file => $"{file} {File.GetLastWriteTimeUtc(file):O}").Order(StringComparer.Ordinal),
    ];
}
