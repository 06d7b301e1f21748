// `ledger` as a process of its own: following until Ctrl+C, and a server in earnest from what `ledger init` made.

using System.Diagnostics;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ProcessTests(DevServer server) : IClassFixture<DevServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Tail_follows_until_it_is_interrupted()
    {
        LedgerCli ledger = new(server.Profile);
        await ledger.RunAsync("append", "demo", "before");
        using Process tail = Start("ledger.dll", server.Profile, "tail", "demo", "-f", "-n", "1", "--format", "raw");
        using CancellationTokenSource timeout = new(s_patience);
        Assert.Equal("before", await tail.StandardOutput.ReadLineAsync(timeout.Token));
        foreach (string record in new[] { "first", "second" })
        {
            await ledger.RunAsync("append", "demo", record);
            Assert.Equal(record, await tail.StandardOutput.ReadLineAsync(timeout.Token));
        }

        await SignalAsync(tail, "-INT");
        await tail.WaitForExitAsync(timeout.Token);
        Assert.Equal(0, tail.ExitCode);
    }

    [Fact]
    public async Task What_init_made_serves_in_earnest()
    {
        string made = Path.Combine(server.Root, "made");
        LedgerCli ledger = new(Path.Combine(made, "ledger.yaml"));
        CliResult init = await ledger.RunAsync(
            "init", made, "--name", "ledger.example.org", "--host", "localhost", "--port", $"{Ports.Free()}");
        Assert.True(init.Code == 0, init.ToString());
        using Process process = Start(
            "LedgerStore.Server.dll", server.Profile, "serve", "--config", Path.Combine(made, "server.yaml"));
        try
        {
            await UntilServedAsync(process, ledger);
            Assert.Equal(
                "created payments, origin ledger.example.org/payments\n",
                (await ledger.RunAsync("create", "payments")).Output);
            CliResult keys = await ledger.RunAsync(
                "key", "show", Path.Combine(made, "signing.pem"), "--data", Path.Combine(made, "data"));
            Assert.Equal(0, (await ledger.RunWithAsync(keys.Output, "trust", "add", "--from", "-")).Code);
            Assert.Equal(0, (await ledger.RunAsync("append", "payments", "one", "--checkpoint")).Code);
            CliResult verified = await ledger.RunAsync("verify", "payments");
            Assert.True(verified.Code == 0, verified.ToString());

            // The next key; verifiers follow by themselves.
            string next = Path.Combine(made, "next.pem");
            await ledger.RunAsync("key", "new", next);
            CliResult rotated = await ledger.RunAsync("key", "rotate", next);
            Assert.True(rotated.Code == 0, rotated.ToString());
            await ledger.RunAsync("append", "payments", "two", "--checkpoint");
            verified = await ledger.RunAsync("verify", "payments");
            Assert.True(verified.Code == 0, verified.ToString());
        }
        finally
        {
            await SignalAsync(process, "-TERM");
            await process.WaitForExitAsync();
        }

        Assert.Equal(0, process.ExitCode);
        CliResult offline = await ledger.RunAsync("verify", "--data", Path.Combine(made, "data"));
        Assert.True(offline.Code == 0, offline.ToString());
    }

    private static async Task UntilServedAsync(Process process, LedgerCli ledger)
    {
        long started = Stopwatch.GetTimestamp();
        while ((await ledger.RunAsync("status")).Code != 0)
        {
            Assert.False(process.HasExited, "the server ended");
            Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, "the server does not answer");
            await Task.Delay(100);
        }
    }

    private static Process Start(string program, string profile, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["LEDGER_CONFIG"] = profile;
        return Process.Start(start)!;
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
