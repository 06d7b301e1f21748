// What surrounds a command: streams, terminal, environment, clock. Tests have their own; a process has the console.
// Used by the one command that runs.
using System.Text;

namespace LedgerStore.Cli;

/// <summary>The surroundings of a command.</summary>
internal sealed class CliHost : IDisposable
{
    public CliHost(Stream input, Stream output, Stream error, Func<string, string?> environment)
    {
        Input = input;
        ErrorStream = error;
        Out = new TextOut(output, flushesAlways: false);
        Err = new TextOut(error, flushesAlways: true);
        Environment = environment;
    }

    public Stream Input { get; }

    public TextOut Out { get; }

    public TextOut Err { get; }

    /// <summary>For a command that is run inside of another one, and escapes what it writes there by itself.</summary>
    public Stream ErrorStream { get; }

    public Func<string, string?> Environment { get; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long before entries expire their notice must be in <c>_audit</c>.</summary>
    public TimeSpan NoticeAhead { get; init; } = TimeSpan.FromHours(24);

    /// <summary>People look at what is written: tables and colours.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>People look at what is told on the side: progress.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>The terminal's columns; 0: it has no end.</summary>
    public int Columns { get; init; }

    /// <summary>Colours: on a terminal, unless NO_COLOR says otherwise.</summary>
    public bool HasColour => IsOutputTerminal && string.IsNullOrEmpty(Environment("NO_COLOR"));

    /// <summary>Writes what a program must get byte for byte, such as a signed note; a terminal gets it escaped.
    /// </summary>
    public void WriteExact(ReadOnlySpan<byte> bytes)
    {
        if (IsOutputTerminal)
        {
            Out.Write(Encoding.UTF8.GetString(bytes));
        }
        else
        {
            Out.Exact(bytes);
        }
    }

    /// <summary>Somebody types what is read.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>The surroundings of the process.</summary>
    public static CliHost OfProcess() => new(
        Console.OpenStandardInput(),
        Console.OpenStandardOutput(),
        Console.OpenStandardError(),
        System.Environment.GetEnvironmentVariable)
    {
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        IsInputTerminal = !Console.IsInputRedirected,
        Columns = Console.IsOutputRedirected ? 0 : Console.BufferWidth,
    };

    public void Dispose()
    {
        Out.Dispose();
        Err.Dispose();
    }
}
