// What was asked for on the command line. Pure; one thread.
namespace LedgerStore.Server.Hosting;

/// <summary>Something was asked for that cannot be done; the text says what to do instead. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>A command and its options, each of which has a value.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);
    private readonly HashSet<string> _flags = new(StringComparer.Ordinal);

    private CommandLine(string command) => Command = command;

    public string Command { get; }

    /// <summary>Reads arguments: a command, then --name value or --flag in any order.</summary>
    /// <exception cref="UsageException">An option is unknown, comes twice or has no value.</exception>
    public static CommandLine Parse(
        ReadOnlySpan<string> arguments, IReadOnlyList<string> names, IReadOnlyList<string> flagNames)
    {
        CommandLine line = new(arguments.Length == 0 ? string.Empty : arguments[0]);
        for (int at = 1; at < arguments.Length; at++)
        {
            string name = arguments[at];
            if (flagNames.Contains(name))
            {
                line._flags.Add(name);
                continue;
            }

            if (!names.Contains(name))
            {
                throw new UsageException($"'{name}' is not an option of {line.Command}; see --help");
            }

            if (at + 1 == arguments.Length)
            {
                throw new UsageException($"{name} needs a value");
            }

            if (!line._options.TryAdd(name, arguments[++at]))
            {
                throw new UsageException($"{name} was given twice");
            }
        }

        return line;
    }

    public string? Get(string name) => _options.GetValueOrDefault(name);

    public bool Has(string flag) => _flags.Contains(flag);

    /// <summary>A whole number in a range, or the default.</summary>
    public int Number(string name, int min, int max, int otherwise)
    {
        if (Get(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, out int value) && value >= min && value <= max
            ? value
            : throw new UsageException($"{name} must be a number from {min} to {max}, and not '{text}'");
    }
}
