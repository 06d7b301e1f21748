// The part that compares ledgers with what the statements of their indexes say. Owned as the rest of it.
namespace LedgerStore.Engine.Verification;

internal sealed partial class StoreCheck
{
    // What indexes say of other ledgers; compared when all are verified.
    private readonly StatementBook _statements = new(paths);

    private void CompareStatements()
    {
        foreach (VerifyFinding finding in _statements.Compare())
        {
            int ledger = _reports.FindIndex(report => report.Name == finding.Ledger);
            _reports[ledger] = _reports[ledger] with { Findings = _reports[ledger].Findings + 1 };
            _findingCount++;
            if (_findings.Count < VerifyReport.FindingsMax)
            {
                _findings.Add(finding);
            }
        }
    }
}
