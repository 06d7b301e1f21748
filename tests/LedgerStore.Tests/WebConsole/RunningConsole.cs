// `ledger console` as a process, as people start it, on any free port. Ended by an interrupt, as people end it. Owned
// by its test.

using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace LedgerStore.Tests.WebConsole;

internal sealed class RunningConsole : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private RunningConsole(Process process, Uri link)
    {
        _process = process;
        Link = link;
    }

    /// <summary>Opens the page, once.</summary>
    internal Uri Link { get; }

    internal static async Task<RunningConsole> StartAsync(string profile, params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "ledger.dll");
        ProcessStartInfo start = new(
            "dotnet", [program, "console", "--no-browser", "--json", "--port", "0", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LEDGER_CONFIG"] = profile;
        Process process = Process.Start(start)!;
        using CancellationTokenSource patience = new(s_patience);
        string? line = await process.StandardOutput.ReadLineAsync(patience.Token);
        if (line is null)
        {
            string errors = await process.StandardError.ReadToEndAsync(patience.Token);
            process.Dispose();
            Assert.Fail($"the console did not start: {errors}");
        }

        using JsonDocument said = JsonDocument.Parse(line);
        return new RunningConsole(process, new Uri(said.RootElement.GetProperty("link").GetString()!));
    }

    public async ValueTask DisposeAsync()
    {
        using Process kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        using CancellationTokenSource patience = new(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        Assert.Equal(0, _process.ExitCode);
        _process.Dispose();
    }
}
