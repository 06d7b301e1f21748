// What the check of a policy file says: where, how bad, what, and what to do about it.
// Immutable; the text never carries control characters from the file.
using System.Collections.Immutable;

namespace LedgerStore.Policy;

public enum PolicySeverity
{
    /// <summary>Legal, and worth a second look.</summary>
    Warning,

    /// <summary>The whole file is refused.</summary>
    Error,
}

/// <summary>One finding in a policy file.</summary>
/// <param name="Code">A stable word for the kind of finding, for machines.</param>
/// <param name="Hint">What to do; may be empty.</param>
public sealed record PolicyDiagnostic(
    PolicySeverity Severity, string Code, SourcePosition At, string Message, string Hint)
{
    public int Line => At.Line;

    public int Column => At.Column;

    public override string ToString()
    {
        string severity = Severity == PolicySeverity.Error ? "error" : "warning";
        string hint = Hint.Length == 0 ? "" : $" ({Hint})";
        return $"{Line}:{Column}: {severity}: {Message}{hint} [{Code}]";
    }
}

/// <summary>A policy that may be used, or the reasons why not; warnings come with both.</summary>
public sealed class PolicyParseResult
{
    internal PolicyParseResult(PolicyDocument? policy, ImmutableArray<PolicyDiagnostic> diagnostics)
    {
        Policy = policy;
        Diagnostics = diagnostics;
    }

    /// <summary>Null if there is any error.</summary>
    public PolicyDocument? Policy { get; }

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<PolicyDiagnostic> Diagnostics { get; }

    public IEnumerable<PolicyDiagnostic> Errors => Diagnostics.Where(d => d.Severity == PolicySeverity.Error);

    public IEnumerable<PolicyDiagnostic> Warnings => Diagnostics.Where(d => d.Severity == PolicySeverity.Warning);
}
