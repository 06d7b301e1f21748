// Something was asked for that cannot be done as asked. The text says what to do instead; any thread.
namespace LedgerStore.Cli;

/// <summary>Wrong usage or configuration: exit code 2.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message, string hint = "")
        : base(message) => Hint = hint;

    /// <summary>What to do next; may be empty.</summary>
    public string Hint { get; }
}
