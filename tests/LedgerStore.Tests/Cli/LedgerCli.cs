// Runs `ledger` inside the test's process, with streams and an environment of its own: the same code from arguments to
// exit code, without the seconds that processes take.

using System.Text;
using LedgerStore.Cli;

namespace LedgerStore.Tests.Cli;

/// <summary>What a command left behind.</summary>
internal sealed record CliResult(int Code, string Output, string Errors)
{
    public override string ToString() => $"exit code {Code}\n{Output}{Errors}";
}

internal sealed class LedgerCli(string profile)
{
    internal Dictionary<string, string> Environment { get; } = new() { ["LEDGER_CONFIG"] = profile };

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Zero for a server that does not wait between notice and tombstone.</summary>
    internal TimeSpan NoticeAhead { get; init; } = TimeSpan.FromHours(24);

    internal Task<CliResult> RunAsync(params string[] arguments) => RunWithAsync(string.Empty, arguments);

    /// <summary>With something on standard input.</summary>
    internal async Task<CliResult> RunWithAsync(string input, params string[] arguments)
    {
        using MemoryStream standard = new(Encoding.UTF8.GetBytes(input));
        return await RunWithAsync(standard, arguments);
    }

    /// <summary>With a stream as standard input.</summary>
    internal async Task<CliResult> RunWithAsync(Stream standard, params string[] arguments)
    {
        using MemoryStream output = new();
        using MemoryStream errors = new();
        int code;
        using (CliHost host = new(standard, output, errors, name => Environment.GetValueOrDefault(name))
        {
            Time = Time,
            NoticeAhead = NoticeAhead,
        })
        {
            code = await LedgerCommand.RunAsync(arguments, host);
        }

        return new CliResult(
            code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()));
    }
}
