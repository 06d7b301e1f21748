// Runs a script as somebody types it: in bash with job control, and in a terminal where that is asked for. One that
// does not end is ended.

using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace LedgerStore.Tests.Cli;

internal static partial class ShellRun
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    /// <param name="script">A file.</param>
    /// <param name="environment">Variables; null takes one away.</param>
    public static Task<(int Code, string Output)> RunAsync(
        string script, string workingDirectory, IReadOnlyDictionary<string, string?> environment) =>

        // Job control: `kill %1` needs it.
        RunAsync(new ProcessStartInfo("bash", ["-m", script]), workingDirectory, environment);

    /// <summary>The same in a terminal of its own: what a signal reaches, and what programs show, is as people have it.
    /// </summary>
    public static async Task<(int Code, string Output)> RunInTerminalAsync(
        string script, string workingDirectory, IReadOnlyDictionary<string, string?> environment)
    {
        (int code, string shown) = await RunAsync(
            new ProcessStartInfo("script", ["-qec", $"stty cols 200; bash -m '{script}'", "/dev/null"]),
            workingDirectory,
            environment);
        return (code, Controls().Replace(shown, string.Empty));
    }

    private static async Task<(int Code, string Output)> RunAsync(
        ProcessStartInfo start, string workingDirectory, IReadOnlyDictionary<string, string?> environment)
    {
        start.WorkingDirectory = workingDirectory;
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (KeyValuePair<string, string?> variable in environment)
        {
            start.Environment[variable.Key] = variable.Value;
        }

        using Process shell = Process.Start(start)!;
        StringBuilder output = new();
        shell.OutputDataReceived += (_, line) => Append(output, line.Data);
        shell.ErrorDataReceived += (_, line) => Append(output, line.Data);
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        shell.StandardInput.Close();
        using CancellationTokenSource timeout = new(s_patience);
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

    // Colours, cursor movements, and the carriage returns of a terminal.
    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]|\r", RegexOptions.None, 10_000)]
    private static partial Regex Controls();

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.Append(line).Append('\n');
        }
    }
}
