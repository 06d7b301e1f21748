// An import survives what happens to it: the server is killed again and again, and so is the import. Afterwards every
// line is there exactly once, in order. LEDGERSTORE_LONG=1 does it with five million lines.

using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using LedgerStore.Tests.Client;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ImportTests : IAsyncLifetime
{
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";
    private static readonly int s_lines = s_isLong ? 5_000_000 : 60_000;
    private static readonly int s_kills = s_isLong ? 20 : 3;

    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Every_line_is_there_once_when_the_server_is_killed()
    {
        // The lines come through a pipe, so that each kill falls into the import, however fast it is.
        Pipe pipe = new();
        LedgerCli ledger = new(_server.Profile);
        Task<CliResult> import = ledger.RunWithAsync(
            pipe.Reader.AsStream(),
            "append", "demo", "--ndjson", "--producer", "import", "--resume", "--patience", "300");
        int perKill = s_lines / (s_kills + 1);
        for (int part = 0; part <= s_kills; part++)
        {
            int end = part == s_kills ? s_lines : (part + 1) * perKill;
            await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Text(part * perKill, end)));
            if (part < s_kills)
            {
                await _server.KillAsync();
                await _server.RestartAsync();
            }
        }

        await pipe.Writer.CompleteAsync();
        CliResult result = await import;
        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal($"appended {s_lines} entries, 0 to {s_lines - 1}\n", result.Output);
        await AssertWholeAsync(ledger);
    }

    [Fact]
    public async Task Every_line_is_there_once_when_the_import_is_killed()
    {
        string file = _server.File("lines.ndjson");
        await File.WriteAllTextAsync(file, Text(0, s_lines));
        LedgerCli ledger = new(_server.Profile);
        string[] command = ["append", "demo", "--ndjson", "--file", file, "--producer", "import", "--resume"];
        for (int kill = 1; kill <= s_kills; kill++)
        {
            using Process import = Start(command);
            long wanted = (long)s_lines * kill / (s_kills + 1);
            while (!import.HasExited && await SizeAsync(ledger) < wanted)
            {
            }

            import.Kill();
            await import.WaitForExitAsync();
        }

        CliResult last = await ledger.RunAsync(command);
        Assert.True(last.Code == 0, last.ToString());
        await AssertWholeAsync(ledger);
    }

    private static string Text(int from, int to)
    {
        StringBuilder text = new();
        for (int line = from; line < to; line++)
        {
            text.Append("{\"line\":").Append(line).Append("}\n");
        }

        return text.ToString();
    }

    private static async Task<long> SizeAsync(LedgerCli ledger)
    {
        CliResult last = await ledger.RunAsync("tail", "demo", "-n", "1", "--format", "text");
        return last.Output.Length == 0 ? 0 : long.Parse(last.Output.Split(' ')[0]) + 1;
    }

    private static async Task AssertWholeAsync(LedgerCli ledger)
    {
        CliResult all = await ledger.RunAsync("read", "demo", "--format", "raw");
        Assert.Equal(0, all.Code);
        Assert.True(all.Output == Text(0, s_lines), "the lines are not all there once, in order");
    }

    private Process Start(string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "ledger.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LEDGER_CONFIG"] = _server.Profile;
        return Process.Start(start)!;
    }
}
