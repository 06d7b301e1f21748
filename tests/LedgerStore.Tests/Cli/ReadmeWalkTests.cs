// The commands of the README, run from top to bottom as a newcomer pastes them: in a terminal, where job control sends
// a signal to everything that a command started.

using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class ReadmeWalkTests : IDisposable
{
    private readonly string _temporary = Directory.CreateTempSubdirectory("ledgerstore-walk-").FullName;

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    [ProgramFact("script")]
    public async Task The_quick_start_works_as_pasted()
    {
        string file = Path.Combine(_temporary, "walk.sh");
        await File.WriteAllTextAsync(file, Script());
        (int code, string output) = await ShellRun.RunInTerminalAsync(
            file,
            SourceTree.Root,
            new Dictionary<string, string?> { ["TMPDIR"] = _temporary, ["LEDGER_CONFIG"] = null });
        Assert.True(code == 0, $"exit code {code}\n{output}");
        Assert.Contains("appended 3 entries, 0 to 2", output, StringComparison.Ordinal);
        Assert.Contains("anna paid invoice 7", output, StringComparison.Ordinal);

        // The lines may have come as two batches, and the first checkpoint that covers entry 1 may be one of two.
        Assert.Matches("entry 1 of localhost/demo, in the signed tree of size [23]", output);
        Assert.Contains("3 entries are those of the signed tree of size 3", output, StringComparison.Ordinal);
        Assert.Contains("entries 0 to 2 of localhost/demo, in the signed tree", output, StringComparison.Ordinal);
        Assert.Contains("exit code 1", output, StringComparison.Ordinal);

        // What the README shows is what comes, but for the name of the directory.
        foreach (string line in Answers())
        {
            string shown = line[(line.LastIndexOf("/.../", StringComparison.Ordinal) + 1)..].Replace(".../", "");
            Assert.Contains(shown, output, StringComparison.Ordinal);
        }
    }

    // Several tests run at a time, so the server takes a free port; everything else is as it stands there.
    private static string Script()
    {
        string commands = ShellBlocks.Script("README.md");
        const string Start = "dev --data \"$demo/data\"";
        Assert.Contains(Start, commands, StringComparison.Ordinal);
        return commands.Replace(Start, Start + " --port 0", StringComparison.Ordinal);
    }

    private static string[] Answers()
    {
        string[] blocks =
        [
            .. File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"))
                .Split("```text\n").Skip(1).Select(block => block.Split("```")[0]),
        ];
        Assert.Equal(2, blocks.Length);
        return [.. blocks.SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
    }
}
