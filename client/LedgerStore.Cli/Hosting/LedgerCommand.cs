// The tree of commands, and the way from what was typed to an exit code. Main thread, or a test's.
using System.CommandLine;
using System.CommandLine.Invocation;

namespace LedgerStore.Cli;

/// <summary>`ledger`.</summary>
internal static class LedgerCommand
{
    private const string About =
        "Append to, read, verify and run LedgerStore: audit records that nobody can change unnoticed.\n\n"
        + "Exit codes: 0 done, 1 did not verify, 2 usage or configuration, 3 server unreachable, 4 denied, "
        + "5 any other server error, 6 not wholly checked.";

    // An argument that begins with @ is what it says (a record, a clause about @appender), and no file with arguments.
    private static readonly ParserConfiguration s_parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(string[] arguments, CliHost host)
    {
        ParseResult line = Build(host, arguments).Parse(arguments, s_parsing);
        if (line.Action is ParseErrorAction && line.UnmatchedTokens.Count == 0
            && line.CommandResult.Command.Subcommands.Count > 0)
        {
            // Only the name of a group of commands, or nothing at all: who types that wants to know what there is.
            line = Build(host, arguments).Parse([.. arguments, "--help"], s_parsing);
        }

        if (line.Action is ParseErrorAction)
        {
            string command = string.Join(' ', PathOf(line));
            foreach (string problem in line.Errors.Select(error => error.Message).Distinct())
            {
                host.Err.Line(problem);
            }

            host.Err.Line($"see {command} --help");
            return ExitCode.Usage;
        }

        InvocationConfiguration configuration = new()
        {
            Output = host.Out,
            Error = host.Err,
            EnableDefaultExceptionHandler = false,
        };
        if (line.CommandResult.Command.Name == DemoCommand.Name)
        {
            // An interrupt is waited for: a server is to end, and a directory to go.
            configuration.ProcessTerminationTimeout = DemoCommand.CleanUp;
        }

        return await FlushAsync(host, await line.InvokeAsync(configuration).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    // "Verified" that reached nobody is not to be taken from the exit code alone.
    private static async Task<int> FlushAsync(CliHost host, int code)
    {
        try
        {
            await host.Out.FlushAsync().ConfigureAwait(false);
            return code;
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
        {
            new Failure(
                ExitCode.Usage, $"the answer could not be written to standard output: {lost.Message}", string.Empty)
                .Report(host, isJson: false);
            return code == ExitCode.Done ? ExitCode.Usage : code;
        }
    }

    /// <summary>All commands. Those that were not named are described in one line, without their examples.</summary>
    public static RootCommand Build(CliHost host, string[] arguments)
    {
        CommandBuilder builder = new(host);
        RootCommand root = new(About);
        foreach (Option option in builder.Globals.All)
        {
            root.Add(option);
        }

        foreach (Command command in All(builder))
        {
            Shorten(command, arguments);
            root.Add(command);
        }

        return root;
    }

    private static void Shorten(Command command, string[] arguments)
    {
        if (!arguments.Contains(command.Name))
        {
            command.Description = command.Description?.Split('\n')[0];
        }

        foreach (Command inner in command.Subcommands)
        {
            Shorten(inner, arguments);
        }
    }

    private static IEnumerable<Command> All(CommandBuilder builder) =>
    [
        DemoCommand.Create(builder),
        AppendCommand.Create(builder),
        ReadCommand.Create(builder),
        TailCommand.Create(builder),
        SearchCommand.Create(builder),
        FindCommand.Create(builder),
        FieldsCommand.Create(builder),
        SchemaCommand.Create(builder),
        AuditCommand.Create(builder),
        GapsCommand.Create(builder),
        GuardCommand.Create(builder),
        AlertsCommand.Create(builder),
        DrillCommand.Create(builder),
        VerifyCommand.Create(builder),
        ConsoleCommand.Create(builder),
        TrustCommand.Create(builder),
        CheckpointCommand.Create(builder),
        ProveCommand.Create(builder),
        ExportCommand.Create(builder),
        LedgersCommand.Create(builder),
        CreateCommand.Create(builder),
        FreezeCommand.Create(builder),
        StatusCommand.Create(builder),
        IntakeCommand.Create(builder),
        WatchCommand.Create(builder),
        InitCommand.Create(builder),
        PkiCommand.Create(builder),
        KeyCommand.Create(builder),
        PolicyCommand.Create(builder),
        ScrubCommand.Create(builder),
        RetentionCommand.Create(builder),
        HoldCommand.Create(builder),
        BenchCommand.Create(builder),
        DoctorCommand.Create(builder),
        CompletionsCommand.Create(builder),
    ];

    private static Stack<string> PathOf(ParseResult line)
    {
        Stack<string> names = new();
        for (System.CommandLine.Parsing.SymbolResult? at = line.CommandResult; at is not null; at = at.Parent)
        {
            if (at is System.CommandLine.Parsing.CommandResult { Command: var command })
            {
                names.Push(command is RootCommand ? "ledger" : command.Name);
            }
        }

        return names;
    }
}
