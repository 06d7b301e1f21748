// Runs commands of `ledger` for the demonstration, in this process and as they would be typed. One thread.
using System.Text;

namespace LedgerStore.Cli;

/// <summary>A command line with the configuration of the demonstration.</summary>
internal sealed class DemoShell(CliHost outer, string profile)
{
    /// <param name="Output">What it answered.</param>
    public sealed record Answer(int Code, string Output, string Errors);

    public async Task<Answer> RunAsync(Stream input, params string[] arguments)
    {
        using MemoryStream output = new();
        using MemoryStream errors = new();

        // Progress is for whoever looks; in a pipe nobody does.
        using CliHost host = new(input, output, outer.IsErrorTerminal ? outer.ErrorStream : errors, Variable)
        {
            Time = outer.Time,
            IsErrorTerminal = outer.IsErrorTerminal,
        };
        int code = await LedgerCommand.RunAsync(arguments, host).ConfigureAwait(false);
        await host.Out.FlushAsync().ConfigureAwait(false);
        return new Answer(code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()));
    }

    // What else is set belongs to other servers.
    private string? Variable(string name) => name switch
    {
        "LEDGER_CONFIG" => profile,
        "NO_COLOR" or "TERM" => outer.Environment(name),
        _ => null,
    };
}
