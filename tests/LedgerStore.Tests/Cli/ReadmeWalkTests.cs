// The README's quick start, run from top to bottom in a shell as a newcomer would paste it.

using System.Diagnostics;
using System.Text;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ReadmeWalkTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly string temporary = Directory.CreateTempSubdirectory("ledgerstore-walk-").FullName;

    public void Dispose() => Directory.Delete(temporary, recursive: true);

    [Fact]
    public async Task The_quick_start_works_as_pasted()
    {
        string script = Script();
        (int code, string output) = await RunAsync(script);
        Assert.True(code == 0, $"exit code {code}\n{output}");
        Assert.Contains("appended 3 entries, 0 to 2", output, StringComparison.Ordinal);
        Assert.Contains("anna paid invoice 7", output, StringComparison.Ordinal);
        Assert.Contains("entry 1 of localhost/demo, in the signed tree of size 3", output, StringComparison.Ordinal);
        Assert.Contains("3 entries are those of the signed tree of size 3", output, StringComparison.Ordinal);
        Assert.Contains("exit code 1", output, StringComparison.Ordinal);

        // What the README shows is what comes, but for the name of the directory.
        foreach (string line in Blocks("text")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string shown = line[(line.LastIndexOf("/.../", StringComparison.Ordinal) + 1)..].Replace(".../", "");
            Assert.Contains(shown, output, StringComparison.Ordinal);
        }
    }

    // Several tests run at a time, so the server takes a free port; everything else is as it stands there.
    private static string Script()
    {
        string commands = string.Join('\n', Blocks("sh"));
        const string Start = "dev --data \"$demo/data\"";
        Assert.Contains(Start, commands, StringComparison.Ordinal);
        return "set -e\n" + commands.Replace(Start, Start + " --port 0", StringComparison.Ordinal);
    }

    private static List<string> Blocks(string language)
    {
        string readme = File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));
        int from = readme.IndexOf("<!-- walk:", StringComparison.Ordinal);
        int end = readme.IndexOf("\n## ", from, StringComparison.Ordinal);
        List<string> blocks = [];
        string opening = $"```{language}\n";
        for (int at = readme.IndexOf(opening, from, StringComparison.Ordinal);
            at >= 0 && at < end;
            at = readme.IndexOf(opening, at, StringComparison.Ordinal))
        {
            at += opening.Length;
            blocks.Add(readme[at..readme.IndexOf("```", at, StringComparison.Ordinal)]);
        }

        Assert.NotEmpty(blocks);
        return blocks;
    }

    private async Task<(int Code, string Output)> RunAsync(string script)
    {
        // Job control, as a shell has it that somebody types into: `kill %1` needs it.
        string file = Path.Combine(temporary, "walk.sh");
        await File.WriteAllTextAsync(file, script);
        ProcessStartInfo start = new("bash", ["-m", file])
        {
            WorkingDirectory = SourceTree.Root,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = temporary;
        start.Environment.Remove("LEDGER_CONFIG");
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
            Assert.Fail($"the walk did not end:\n{output}");
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
