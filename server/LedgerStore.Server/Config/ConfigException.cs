// Why a server does not start: all reasons at once, each with its place and what to do. Carries the exit code.
using System.Collections.Immutable;

namespace LedgerStore.Server.Config;

/// <summary>One thing that is wrong.</summary>
/// <param name="Place">"server.yaml:3:7", "LEDGERSTORE_DATA", or the file that is meant.</param>
/// <param name="Hint">What to do; may be empty.</param>
internal sealed record ConfigProblem(string Place, string Message, string Hint, int ExitCode)
{
    public override string ToString() => Hint.Length == 0 ? $"{Place}: {Message}" : $"{Place}: {Message} ({Hint})";
}

/// <summary>The configuration is wrong or unsafe.</summary>
internal sealed class ConfigException : Exception
{
    /// <summary>Exit code for a configuration that cannot be used.</summary>
    public const int BadConfiguration = 2;

    /// <summary>Exit code for a signing key that is missing or can be read by others.</summary>
    public const int BadSigningKey = 7;

    public ConfigException(IEnumerable<ConfigProblem> problems)
        : this([.. problems])
    {
    }

    private ConfigException(ImmutableArray<ConfigProblem> problems)
        : base(string.Join('\n', problems))
    {
        Problems = problems;
    }

    public ImmutableArray<ConfigProblem> Problems { get; }

    /// <summary>7 if the signing key is among the reasons, else 2.</summary>
    public int ExitCode => Problems.Any(p => p.ExitCode == BadSigningKey) ? BadSigningKey : BadConfiguration;
}
