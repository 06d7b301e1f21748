// bench SUITE --publish: the figures of one suite take the place of those with the same names in this machine's report,
// and the tables of docs/PERFORMANCE.md are made from it. The report says which command and commit they are of.
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Reports;

internal static class SuitePublication
{
    public static void Publish(ReportFile suite)
    {
        string own = PerformancePage.FileOf(suite.Machine);
        ReportFile whole = Merge(ReportFile.Read(own), suite);
        whole.Write(own);
        PerformancePage.Publish(own, whole);
    }

    internal static ReportFile Merge(ReportFile whole, ReportFile suite)
    {
        HashSet<string> names = [.. suite.Results.Select(static figure => figure.Name)];
        string origin = $"{suite.Suite}: measured by itself, with `{suite.Command}` at {suite.Commit}";
        return whole with
        {
            Results = [.. whole.Results.Where(figure => !names.Contains(figure.Name)), .. suite.Results],
            Notes =
            [
                .. whole.Notes.Where(note => !note.StartsWith(suite.Suite + ":", StringComparison.Ordinal)
                    && !suite.Notes.Contains(note)),
                .. suite.Notes,
                origin,
            ],
        };
    }
}
