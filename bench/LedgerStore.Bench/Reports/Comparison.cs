// The mathematics of comparing: a ratio with the interval in which it is with 95 % confidence. Pure functions.
// Ratios are made on logarithms, and always so that above 1 is better than before.
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Reports;

/// <summary>How one figure changed.</summary>
/// <param name="Ratio">New against old; above 1 is better, whatever the unit.</param>
/// <param name="Low">The worst that the runs leave possible, with 95 % confidence.</param>
/// <param name="High">The best that they leave possible.</param>
internal sealed record Comparison(
    string Name, string Unit, double Old, double New, double Ratio, double Low, double High)
{
    // Student's t, two-sided 95 %, by degrees of freedom from 1; from 30 on it hardly changes.
    private static readonly double[] s_student =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>Certainly worse by more than the threshold: not the noise of the machine.</summary>
    public bool IsRegression(double threshold) => High < 1 - threshold;

    public bool IsGain(double threshold) => Low > 1 + threshold;

    /// <summary>Runs of two reports that know nothing of each other (Welch).</summary>
    public static Comparison Unpaired(ReportFigure old, ReportFigure now)
    {
        (double oldMean, double oldError) = Logs(old.Runs, old.LowerIsBetter);
        (double newMean, double newError) = Logs(now.Runs, now.LowerIsBetter);
        double error = Math.Sqrt((oldError * oldError) + (newError * newError));
        double freedom = error == 0
            ? 1
            : Math.Pow(error, 4) / (Share(oldError, old.Runs.Length) + Share(newError, now.Runs.Length));
        return Of(now, old.Value, now.Value, newMean - oldMean, error, (int)Math.Floor(freedom));
    }

    /// <summary>Runs that were made in pairs, A and B in turn: what the machine did to one it did to the
    /// other.</summary>
    public static Comparison Paired(ReportFigure[] old, ReportFigure[] now)
    {
        double sign = now[0].LowerIsBetter ? -1 : 1;
        double[] logs = [.. old.Zip(now, (a, b) => sign * Math.Log(Positive(b.Value) / Positive(a.Value)))];
        (double mean, double error) = MeanAndError(logs);
        return Of(
            now[0], BenchRun.Median([.. old.Select(each => each.Value)]),
            BenchRun.Median([.. now.Select(each => each.Value)]), mean, error, logs.Length - 1);
    }

    private static Comparison Of(
        ReportFigure figure, double old, double now, double mean, double error, int freedom)
    {
        double half = error * s_student[Math.Clamp(freedom, 1, s_student.Length) - 1];
        return new Comparison(
            figure.Name, figure.Unit, old, now, Math.Exp(mean), Math.Exp(mean - half), Math.Exp(mean + half));
    }

    private static double Share(double error, int runs) => Math.Pow(error, 4) / Math.Max(1, runs - 1);

    private static (double Mean, double Error) Logs(double[] runs, bool lowerIsBetter) =>
        MeanAndError([.. runs.Select(run => (lowerIsBetter ? -1 : 1) * Math.Log(Positive(run)))]);

    // A single run says nothing of its spread: then nothing is ever certain.
    private static (double Mean, double Error) MeanAndError(double[] values)
    {
        double mean = values.Average();
        if (values.Length < 2)
        {
            return (mean, double.PositiveInfinity);
        }

        double variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
        return (mean, Math.Sqrt(variance / values.Length));
    }

    // Counters may be 0; a thousandth stands for it, so that from 0 to 1 is a change and from 0 to 0 is none.
    private static double Positive(double value) => Math.Max(value, 1e-3);
}
