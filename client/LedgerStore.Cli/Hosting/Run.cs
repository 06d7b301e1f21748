// One run of a command: what was typed, and what is made of it on the way (settings, connection, trust).
// Owned by the command's action; one at a time.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>A command's arguments and surroundings.</summary>
internal sealed class Run(ParseResult line, CliHost host, GlobalOptions globals, CancellationToken cancellation)
{
    private Settings? _settings;

    public CliHost Host => host;

    public CancellationToken Cancellation => cancellation;

    public bool IsJson => line.GetValue(globals.Json);

    public TimeSpan Patience => TimeSpan.FromSeconds(Math.Max(0, line.GetValue(globals.Patience)));

    public DateTimeOffset Now => host.Time.GetUtcNow();

    /// <summary>The configuration with what the command line and the environment say instead.</summary>
    public Settings Settings => _settings ??= Settings.Load(host.Environment, name => name switch
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

    /// <summary>Whether it was typed, and does not only have its default.</summary>
    public bool IsGiven(Option option) => line.GetResult(option) is { Implicit: false };

    public T Get<T>(Argument<T> argument) => line.GetRequiredValue(argument);

    /// <summary>The argument, or null when it was left out.</summary>
    public T? Find<T>(Argument<T> argument)
        where T : class? => line.GetValue(argument);

    /// <summary>The connection of whoever has this capability.</summary>
    public LedgerClient Connect(Capability capability) => Connection.Open(Settings, capability, host.Time);

    /// <summary>One line, whatever is in the text.</summary>
    public void Line(string text) => host.Out.Line(text);

    /// <summary>Several lines, each with its line feed.</summary>
    public void Text(string lines) => host.Out.Write(lines);

    /// <summary>The line that says how it ended: in a colour on a terminal.</summary>
    public void Verdict(Verdict verdict, string about) =>
        Coloured(Verdicts.StyleOf(verdict), $"{Verdicts.TextOf(verdict)}: {about}");

    /// <summary>A line that says whether something is as it should be, where nothing signed is checked.</summary>
    public void Verdict(bool isGood, string text) =>
        Coloured(Verdicts.StyleOf(isGood ? Cli.Verdict.Verified : Cli.Verdict.NotVerified), text);

    /// <summary>A line in a colour, where somebody looks.</summary>
    /// <param name="style">The parameters of the terminal's sequence.</param>
    public void Coloured(string style, string text)
    {
        if (host.HasColour)
        {
            host.Out.Styled(style, text);
            host.Out.Write('\n');
        }
        else
        {
            Line(text);
        }
    }

    /// <summary>For people who watch, beside the answer.</summary>
    public void Note(string text)
    {
        host.Out.Flush();
        host.Err.Line(text);
    }
}
