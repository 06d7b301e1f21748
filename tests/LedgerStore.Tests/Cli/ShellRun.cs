// Runs a script as somebody types it: in bash with job control, and ends it if it does not end.

using System.Diagnostics;
using System.Text;
using Xunit;

namespace LedgerStore.Tests.Cli;

internal static class ShellRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <param name="script">A file.</param>
    /// <param name="environment">Variables; null takes one away.</param>
    public static async Task<(int Code, string Output)> RunAsync(
        string script, string workingDirectory, IReadOnlyDictionary<string, string?> environment)
    {
        // Job control: `kill %1` needs it.
        ProcessStartInfo start = new("bash", ["-m", script])
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process shell = Process.Start(start)!;
        StringBuilder output = new();
        shell.OutputDataReceived += (_, line) => Append(output, line.Data);
        shell.ErrorDataReceived += (_, line) => Append(output, line.Data);
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        shell.StandardInput.Close();
        using CancellationTokenSource timeout = new(Patience);
        try
        {
            await shell.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            await shell.WaitForExitAsync();
            Assert.Fail($"the script did not end:\n{output}");
        }

        return (shell.ExitCode, output.ToString());
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.Append(line).Append('\n');
        }
    }
}
