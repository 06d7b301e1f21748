// Every command says in its help how it is used, with an example that begins with its name and that it understands.

using System.CommandLine;
using LedgerStore.Cli;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class HelpTests
{
    [Fact]
    public void Every_command_has_an_example_that_it_understands()
    {
        using CliHost host = new(Stream.Null, Stream.Null, Stream.Null, _ => null);
        List<string> wrong = [];
        foreach ((string path, Command command) in Leaves())
        {
            string[] examples = [.. (command.Description ?? string.Empty).Split('\n')
                .Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim())];
            if (!examples.Any(example => example.Contains($"ledger {path}", StringComparison.Ordinal)))
            {
                wrong.Add($"{path} has no example");
            }

            foreach (string example in examples.Where(text => text.StartsWith("ledger ", StringComparison.Ordinal)))
            {
                // Behind several spaces it says what it does.
                string line = example["ledger ".Length..].Split("    ")[0].TrimEnd();
                ParseResult parsed = LedgerCommand.Build(host, line.Split(' ')).Parse(line.Replace('\'', '"'));
                wrong.AddRange(parsed.Errors.Select(error => $"{example}: {error.Message}"));
            }
        }

        Assert.Empty(wrong);
    }

    /// <summary>Who types only a name wants to know what there is.</summary>
    [Theory]
    [InlineData("", "demo", "append", "verify", "export", "doctor")]
    [InlineData("pki", "issue", "list")]
    [InlineData("trust", "add", "list")]
    public async Task A_name_alone_shows_what_it_can_do(string group, params string[] commands)
    {
        CliResult result = await new LedgerCli(string.Empty).RunAsync(
            group.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, result.Code);
        Assert.Empty(result.Errors);
        Assert.All(commands, command => Assert.Contains($"\n  {command} ", result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_option_says_what_it_is()
    {
        string[] silent = [.. Leaves().SelectMany(leaf => leaf.Command.Options
            .Where(option => string.IsNullOrEmpty(option.Description))
            .Select(option => $"{leaf.Path} {option.Name}"))];
        Assert.Empty(silent);
    }

    private static List<(string Path, Command Command)> Leaves()
    {
        using CliHost host = new(Stream.Null, Stream.Null, Stream.Null, _ => null);
        List<(string, Command)> leaves = [];

        // Named, each keeps its examples.
        RootCommand names = LedgerCommand.Build(host, []);
        string[] all = [.. names.Subcommands.Concat(names.Subcommands.SelectMany(inner => inner.Subcommands))
            .Select(command => command.Name)];
        Add(LedgerCommand.Build(host, all), string.Empty, leaves);
        Assert.True(leaves.Count > 30, $"only {leaves.Count} commands");
        return leaves;
    }

    private static void Add(Command command, string path, List<(string, Command)> leaves)
    {
        foreach (Command inner in command.Subcommands)
        {
            string name = path.Length == 0 ? inner.Name : $"{path} {inner.Name}";
            if (inner.Subcommands.Count == 0)
            {
                leaves.Add((name, inner));
            }

            Add(inner, name, leaves);
        }
    }
}
