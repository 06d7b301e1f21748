// "Backup and restore" of docs/OPERATIONS.md, on the real server: what can be copied while it runs, what a restore
// needs, and what happens to a backup that is older than the anchor.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using LedgerStore.Tests.Cli;
using Xunit;

namespace LedgerStore.Tests.Deploy;

[SupportedOSPlatform("linux")]
public sealed class BackupTests
{
    private const int Rollback = 6;
    private const int Load = 300_000;

    [Fact]
    public async Task A_copy_of_a_stopped_server_is_a_backup_and_an_anchor_that_is_newer_refuses_it()
    {
        using DeployedServer server = await DeployedServer.InitAsync();
        await FillAsync(server);
        Assert.Equal(0, await server.StopAsync());
        string backup = server.In("/backup");
        CopyFiles(Path.GetDirectoryName(server.Anchor)!, backup + "/anchor");
        CopyFiles(server.Data, backup + "/data");

        await server.StartAsync();
        await server.AppendAsync(50);
        CliResult kept = await server.Ledger.RunAsync("checkpoint", "payments");
        Assert.True(kept.Code == 0, kept.ToString());
        Assert.Equal(0, await server.StopAsync());

        // The data is lost, the anchor is not: it knows that there was more.
        Replace(backup + "/data", server.Data);
        (int code, string errors) = await server.RunToEndAsync();
        Assert.True(code == Rollback, $"{code} {errors}");
        Assert.Contains("was rolled back", errors, StringComparison.Ordinal);

        // What is there can be verified, and served for verification only.
        await server.StartAsync("--read-only-suspect");
        Assert.Equal(300, await SizeAsync(server));
        CliResult refused = await server.Ledger.RunAsync("append", "payments", "one more");
        Assert.NotEqual(0, refused.Code);
        Assert.Equal(0, await server.StopAsync());
        CliResult read = await server.Ledger.RunAsync("read", "payments", "--data", server.Data, "--format", "raw");
        Assert.Equal(0, read.Code);
        Assert.Equal(300, read.Output.Count(c => c == '\n'));
        CliResult offline = await server.Ledger.RunAsync(
            "verify", "--data", server.Data, "--anchor", server.Anchor);
        Assert.Equal(1, offline.Code);

        // Both from the backup: nobody can tell, but for those who kept a newer checkpoint.
        Replace(backup + "/anchor", Path.GetDirectoryName(server.Anchor)!);
        await server.StartAsync();
        Assert.Equal(300, await SizeAsync(server));
        CliResult noticed = await server.Ledger.RunAsync("checkpoint", "payments");
        Assert.True(noticed.Code == 1, noticed.ToString());
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task A_copy_of_a_server_that_is_halted_for_it_has_everything_that_was_acknowledged()
    {
        using DeployedServer server = await DeployedServer.InitAsync();
        await FillAsync(server);
        Task load = Task.Run(() => server.AppendAsync(Load, "--producer", "load"));
        while (await SizeAsync(server) < 1_000)
        {
            await Task.Delay(20);
        }

        long acknowledged = await SizeAsync(server);
        await server.SignalAsync("STOP");
        string backup = server.In("/backup");
        CopyFiles(Path.GetDirectoryName(server.Anchor)!, backup + "/anchor");
        CopyFiles(server.Data, backup + "/data");
        await server.SignalAsync("CONT");
        await load;
        Assert.Equal(0, await server.StopAsync());

        Replace(backup + "/data", server.Data);
        Replace(backup + "/anchor", Path.GetDirectoryName(server.Anchor)!);
        await server.StartAsync();
        Assert.InRange(await SizeAsync(server), acknowledged, Load + 300);
        Assert.Equal(0, await server.StopAsync());
        CliResult offline = await server.Ledger.RunAsync("verify", "--data", server.Data, "--anchor", server.Anchor);
        Assert.True(offline.Code == 0, offline.ToString());
    }

    [Fact]
    public async Task An_anchor_that_is_older_than_the_data_is_what_a_backup_should_have()
    {
        using DeployedServer server = await DeployedServer.InitAsync();
        await FillAsync(server);
        Assert.Equal(0, await server.StopAsync());
        CopyFiles(Path.GetDirectoryName(server.Anchor)!, server.In("/older"));
        await server.StartAsync();
        await server.AppendAsync(10);
        Assert.Equal(0, await server.StopAsync());

        Replace(server.In("/older"), Path.GetDirectoryName(server.Anchor)!);
        await server.StartAsync();
        Assert.Equal(310, await SizeAsync(server));
        Assert.Equal(0, await server.StopAsync());

        // None at all is not an older one.
        File.Delete(server.Anchor);
        (int code, string errors) = await server.RunToEndAsync();
        Assert.True(code == Rollback, $"{code} {errors}");
        Assert.Contains($"the anchor '{server.Anchor}'", errors, StringComparison.Ordinal);
    }

    private static async Task FillAsync(DeployedServer server)
    {
        await server.StartAsync();
        CliResult created = await server.Ledger.RunAsync("create", "payments");
        Assert.True(created.Code == 0, created.ToString());
        await server.TrustAsync();
        await server.AppendAsync(300);
    }

    private static async Task<long> SizeAsync(DeployedServer server)
    {
        CliResult result = await server.Ledger.RunAsync("ledgers", "payments");
        Assert.True(result.Code == 0, result.ToString());
        string line = result.Output.Split('\n').Single(each => each.StartsWith("payments ", StringComparison.Ordinal));
        return long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static void Replace(string from, string to)
    {
        Directory.Delete(to, recursive: true);
        CopyFiles(from, to);
    }

    // With `cp`: the framework refuses to read what the server has locked.
    private static void CopyFiles(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using Process copy = Process.Start("cp", ["-a", from, to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
