// What surrounds a command: streams, terminal, environment, clock. Tests have their own; a process has the console.
// Used by the one command that runs.
using System.Text;

namespace LedgerStore.Cli;

/// <summary>The surroundings of a command.</summary>
internal sealed class CliHost : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public CliHost(Stream input, Stream output, Stream error, Func<string, string?> environment)
    {
        Input = input;
        Output = output;
        Out = new StreamWriter(output, Utf8, bufferSize: 16 * 1024, leaveOpen: true) { NewLine = "\n" };
        Err = new StreamWriter(error, Utf8, bufferSize: 1024, leaveOpen: true) { NewLine = "\n", AutoFlush = true };
        Environment = environment;
    }

    public Stream Input { get; }

    /// <summary>The stream behind <see cref="Out"/>, for bytes; flush <see cref="Out"/> first.</summary>
    public Stream Output { get; }

    public StreamWriter Out { get; }

    public StreamWriter Err { get; }

    public Func<string, string?> Environment { get; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>People look at what is written: tables and colours.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>People look at what is told on the side: progress.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>The terminal's columns; 0: it has no end.</summary>
    public int Columns { get; init; }

    /// <summary>Colours: on a terminal, unless NO_COLOR says otherwise.</summary>
    public bool HasColour => IsOutputTerminal && string.IsNullOrEmpty(Environment("NO_COLOR"));

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
