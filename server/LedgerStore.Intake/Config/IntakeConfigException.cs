// Why an intake does not start, or goes on with the configuration that it had: everything that is wrong, with its
// place.
namespace LedgerStore.Intake.Config;

/// <summary>The configuration cannot be used.</summary>
internal sealed class IntakeConfigException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    /// <summary>Each with file, line, column, and what to do.</summary>
    public IReadOnlyList<string> Problems => problems;
}
