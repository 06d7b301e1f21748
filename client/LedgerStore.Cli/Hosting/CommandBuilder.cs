// Makes commands whose actions run inside one frame: every exception becomes a message and an exit code there.
// One for each run.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>Makes the commands of one run.</summary>
internal sealed class CommandBuilder(CliHost host)
{
    public GlobalOptions Globals { get; } = new();

    /// <summary>A command that does something.</summary>
    /// <param name="parts">Its arguments and options, in the order of the help.</param>
    public Command Make(
        string name, string description, IReadOnlyList<Symbol> parts, Func<Run, Task<int>> action)
    {
        Command command = Group(name, description, parts);
        command.SetAction((line, cancellation) =>
            GuardAsync(new Run(line, host, Globals, cancellation), action));
        return command;
    }

    /// <summary>A command that only holds others.</summary>
    public static Command Group(string name, string description, IReadOnlyList<Symbol> parts)
    {
        Command command = new(name, description);
        foreach (Symbol part in parts)
        {
            switch (part)
            {
                case Argument argument:
                    command.Add(argument);
                    break;
                case Option option:
                    command.Add(option);
                    break;
                case Command inner:
                    command.Add(inner);
                    break;
                default:
                    throw new ArgumentException($"{part} is no part of a command", nameof(parts));
            }
        }

        return command;
    }

    private async Task<int> GuardAsync(Run run, Func<Run, Task<int>> action)
    {
        try
        {
            return await action(run).ConfigureAwait(false);
        }
        catch (Exception error) when (Failure.Of(error) is { } failure)
        {
            await host.Out.FlushAsync().ConfigureAwait(false);
            failure.Report(host, run.IsJson);
            return failure.ExitCode;
        }
    }
}
