// Collects findings while a file is read, up to a limit.
// One thread, one file.
using System.Collections.Immutable;

namespace LedgerStore.Policy;

/// <param name="fileKind">What the file is, for messages: "policy".</param>
/// <param name="firstLine">How such a file begins, for the hint to somebody whose file is empty.</param>
internal sealed class DiagnosticBag(string fileKind, string firstLine)
{
    private readonly List<PolicyDiagnostic> _found = [];

    public string FileKind => fileKind;

    public string FirstLine => firstLine;

    public bool HasErrors { get; private set; }

    /// <summary>True once nothing more will be shown, so that hints need not be worked out.</summary>
    public bool IsFull => _found.Count > PolicyLimits.Diagnostics;

    public string Suggest(string word, IEnumerable<string> known) =>
        IsFull ? "" : PolicyFields.Suggest(word, known);

    public void Error(string code, SourcePosition at, string message, string hint)
    {
        HasErrors = true;
        Add(new PolicyDiagnostic(PolicySeverity.Error, code, at, message, hint));
    }

    public void Warning(string code, SourcePosition at, string message, string hint) =>
        Add(new PolicyDiagnostic(PolicySeverity.Warning, code, at, message, hint));

    /// <summary>In the order of the file; what was found first stays first where positions are equal.</summary>
    public ImmutableArray<PolicyDiagnostic> InOrder() => [.. _found.OrderBy(d => d.At)];

    private void Add(PolicyDiagnostic diagnostic)
    {
        // An error must never be lost behind a hundred warnings: HasErrors is set in any case.
        if (_found.Count < PolicyLimits.Diagnostics)
        {
            _found.Add(diagnostic);
        }
        else if (_found.Count == PolicyLimits.Diagnostics)
        {
            _found.Add(new PolicyDiagnostic(
                diagnostic.Severity, "limit", diagnostic.At, "more findings are not shown", "mend the first ones"));
        }
    }
}
