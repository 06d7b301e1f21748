// One run of a command: what was typed, and what is made of it on the way (settings, connection, trust).
// Owned by the command's action; one at a time.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>A command's arguments and surroundings.</summary>
internal sealed class Run(ParseResult line, CliHost host, GlobalOptions globals, CancellationToken cancellation)
{
    private Settings? settings;

    public CliHost Host => host;

    public CancellationToken Cancellation => cancellation;

    public bool IsJson => line.GetValue(globals.Json);

    public TimeSpan Patience => TimeSpan.FromSeconds(Math.Max(0, line.GetValue(globals.Patience)));

    public DateTimeOffset Now => host.Time.GetUtcNow();

    /// <summary>The configuration with what the command line and the environment say instead.</summary>
    public Settings Settings => settings ??= Settings.Load(host.Environment, name => name switch
    {
        "config" => line.GetValue(globals.Config),
        "profile" => line.GetValue(globals.Profile),
        "server" => line.GetValue(globals.Server),
        "ca" => line.GetValue(globals.Ca),
        "certificate" => line.GetValue(globals.Certificate),
        "key" => line.GetValue(globals.Key),
        "as" => line.GetValue(globals.As),
        _ => null,
    });

    public T? Get<T>(Option<T> option) => line.GetValue(option);

    public T Get<T>(Argument<T> argument) => line.GetRequiredValue(argument);

    /// <summary>The argument, or null when it was left out.</summary>
    public T? Find<T>(Argument<T> argument)
        where T : class? => line.GetValue(argument);

    /// <summary>The connection of whoever has this capability.</summary>
    public LedgerClient Connect(Capability capability) => Connection.Open(Settings, capability, host.Time);

    public void Line(string text) => host.Out.WriteLine(text);

    /// <summary>The line that says how it ended: green or red on a terminal.</summary>
    public void Verdict(bool isGood, string text) => Line(!host.HasColour ? text
        : isGood ? $"\e[32m{text}\e[0m"
        : $"\e[1;31m{text}\e[0m");

    /// <summary>For people who watch, beside the answer.</summary>
    public void Note(string text)
    {
        host.Out.Flush();
        host.Err.WriteLine(text);
    }
}
