// One table of the comparison: contenders take turns, round after round, so that all see the same machine. Owned by the
// suite; what a cell opened it closes.
using System.Globalization;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Peers;

internal sealed class PeerCell(BenchRun run, string name, PeerDurability durability, TimeSpan warmUp)
{
    // Group commits are rough: a run of a peer takes three times as long as one of a computation.
    private const int TimesRunTime = 3;

    private readonly List<(IContender Contender, List<PeerFigure> Figures)> _measured = [];

    public static TimeSpan TimeOf(BenchOptions options) => options.RunTime * TimesRunTime;

    /// <summary>Runs all of them and reports the figures of each; the first is ours.</summary>
    public async Task MeasureAsync(IReadOnlyList<IContender> contenders)
    {
        foreach (IContender contender in contenders)
        {
            if (await TryAsync(contender, async () =>
            {
                await contender.OpenAsync();
                await contender.WarmUpAsync(warmUp);
            }))
            {
                _measured.Add((contender, []));
            }
        }

        for (int round = 0; round < run.Options.Runs; round++)
        {
            // Each round begins with another one.
            foreach ((IContender contender, List<PeerFigure> figures) in
                _measured.Skip(round % _measured.Count).Concat(_measured.Take(round % _measured.Count)).ToArray())
            {
                if (!await TryAsync(contender, async () => figures.Add(await RunAsync(contender))))
                {
                    _measured.RemoveAll(each => each.Contender == contender);
                }
            }
        }

        foreach ((IContender contender, List<PeerFigure> figures) in _measured)
        {
            await contender.DisposeAsync();
            Report(contender, figures);
        }
    }

    /// <summary>Our records/s for each of the best durable peer among these, round by round. Zero, and a note, when
    /// none of them took part: the figure has a name and a target all the same.</summary>
    public void Ratio(string figure, IContender ours, Func<IContender, bool> among) => Ratio(
        figure, ours, among,
        static (our, peers) => our.RecordsPerSecond / peers.Max(static peer => peer.RecordsPerSecond));

    /// <summary>The processor time of a record of the peer that needs least, for each of ours, round by round. The disk
    /// has no part in it. Servers without their clients.</summary>
    public void CostRatio(string figure, IContender ours) => Ratio(
        figure, ours, static _ => true,
        static (our, peers) => peers.Min(static peer => peer.CpuMicrosPerRecord) / our.CpuMicrosPerRecord);

    private void Ratio(
        string figure,
        IContender ours,
        Func<IContender, bool> among,
        Func<PeerFigure, IEnumerable<PeerFigure>, double> ratio)
    {
        PeerFigure[]? mine = _measured.Find(each => each.Contender == ours).Figures?.ToArray();
        List<PeerFigure>[] peers = [.. _measured
            .Where(each => each.Contender.System != ours.System && among(each.Contender)
                && durability.IsDurable(each.Contender.System))
            .Select(each => each.Figures)];
        double[] ratios = [0];
        if (mine is null || peers.Length == 0)
        {
            run.Note($"peers.{figure}: not measured, there was nobody to compare with; 0 stands for that");
        }
        else
        {
            ratios = [.. mine.Select((our, round) => ratio(our, peers.Select(peer => peer[round])))];
        }

        run.MoreIsBetter($"peers.{figure}", "x", ratios);
    }

    /// <summary>Says where a peer was faster or quicker than we.</summary>
    public void NoteWinners(IContender ours)
    {
        List<PeerFigure>? mine = _measured.Find(each => each.Contender == ours).Figures;
        foreach ((IContender contender, List<PeerFigure> figures) in _measured)
        {
            if (mine is null || contender.System == ours.System)
            {
                continue;
            }

            string who = $"{name}: {contender.Name}{Durable(contender)}";
            Compare($"{who} stores more records/s", figures, mine, figure => figure.RecordsPerSecond, higher: true);
            Compare($"{who} has the shorter p50 (us)", figures, mine, figure => figure.P50Micros, higher: false);
            Compare($"{who} has the shorter p99 (us)", figures, mine, figure => figure.P99Micros, higher: false);
            Compare($"{who} needs less processor time (us)", figures, mine, f => f.CpuMicrosPerRecord, higher: false);
        }
    }

    private void Compare(
        string what, List<PeerFigure> theirs, List<PeerFigure> mine, Func<PeerFigure, double> figure, bool higher)
    {
        double their = Median(theirs, figure);
        double our = Median(mine, figure);
        if (higher ? their > our : their < our)
        {
            run.Note(string.Create(CultureInfo.InvariantCulture, $"{what}: {Number(their)} against {Number(our)}"));
        }
    }

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "N0" : "N2", CultureInfo.InvariantCulture);

    private async Task<PeerFigure> RunAsync(IContender contender)
    {
        double before = contender.CpuSeconds();
        PeerFigure figure = await contender.RunAsync(TimeOf(run.Options));
        return figure with { CpuSeconds = contender.CpuSeconds() - before };
    }

    private async Task<bool> TryAsync(IContender contender, Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception error)
        {
            await contender.DisposeAsync();
            run.Note($"{name}: {contender.Name} failed and is left out: {error.Message}");
            return false;
        }
    }

    private void Report(IContender contender, List<PeerFigure> figures)
    {
        string prefix = $"peers.{name}.{contender.Name}{Durable(contender)}";
        run.MoreIsBetter($"{prefix}.records_per_second", "1/s", figures.Select(figure => figure.RecordsPerSecond));
        run.LessIsBetter($"{prefix}.p50_us", "us", figures.Select(figure => figure.P50Micros));
        run.LessIsBetter($"{prefix}.p99_us", "us", figures.Select(figure => figure.P99Micros));
        run.LessIsBetter($"{prefix}.cpu_us_per_record", "us", figures.Select(figure => figure.CpuMicrosPerRecord));
    }

    private string Durable(IContender contender) =>
        durability.IsDurable(contender.System) ? "" : "_not_durable";

    private static double Median(List<PeerFigure> figures, Func<PeerFigure, double> value) =>
        BenchRun.Median([.. figures.Select(value)]);
}
