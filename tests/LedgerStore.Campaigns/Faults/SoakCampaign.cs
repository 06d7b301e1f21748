// Everything at once for as long as one likes: a load whose client is killed now and then, floods of every kind, looks
// of the judge; and each minute what the server holds and how long the good client waits, told as it comes.
using System.Diagnostics;
using System.Globalization;
using LedgerStore.Campaigns.Load;
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`soak`.</summary>
internal static class SoakCampaign
{
    private const int KillEvery = 5;
    private const double MillisPerMicro = 1000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private sealed record Sample(ProcessFacts Facts, LoadReport Load)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Facts.Mebibytes,7:N1} MiB and {Facts.Mapped,6:N1} mapped, {Facts.Handles,5} handles {Facts.Threads,4} "
            + $"threads  median {Load.MedianMicros / MillisPerMicro:N1} ms, 99 % "
            + $"{Load.SlowMicros / MillisPerMicro:N1} ms, slowest {Load.WorstMicros / MillisPerMicro:N0} ms, "
            + $"{Load.Records:N0} records");
    }

    public static async Task RunAsync(Options options, ResultRow row, string home)
    {
        await using Scene scene = new(options, row, home, Path.Combine(home, "data"), s_pause);
        await scene.OpenAsync();
        Floods floods = new(scene.Setting);
        using CancellationTokenSource end = new(options.For);
        Task flooding = Task.WhenAll(Floods.Kinds.Select(kind =>
        {
            row.Count(kind);
            return floods.RunAsync(kind, kind is "followers" or "silent connections" ? 40 : 1, end.Token);
        }));
        List<Sample> samples = [];
        long started = Stopwatch.GetTimestamp();
        for (int minute = 1; !end.IsCancellationRequested; minute++)
        {
            await Task.WhenAny(Task.Delay(s_minute, end.Token));
            Sample sample = new(ProcessFacts.Of(scene.Server.Id), await scene.AskLoadAsync());
            samples.Add(sample);
            Console.WriteLine($"  after {Stopwatch.GetElapsedTime(started).TotalMinutes,5:N1} minutes: {sample}");
            await scene.LookAsync(isFull: false);
            if (minute % KillEvery == 0 && !end.IsCancellationRequested)
            {
                row.Count("SIGKILL of the client");
                await scene.RestartLoadAsync();
            }
        }

        await flooding;
        row.Figures["tried by floods"] = floods.Calls;
        Tell(row, samples);
        await scene.CloseAsync();
    }

    /// <summary>The second quarter, when everything is warm, and the last one.</summary>
    private static void Tell(ResultRow row, List<Sample> samples)
    {
        if (samples.Count < 8)
        {
            return;
        }

        Sample[] early = [.. samples.Skip(samples.Count / 4).Take(samples.Count / 4)];
        Sample[] late = [.. samples.TakeLast(samples.Count / 4)];
        Compare(row, "MiB", early, late, static sample => sample.Facts.Mebibytes);
        Compare(row, "MiB mapped", early, late, static sample => sample.Facts.Mapped);
        Compare(row, "handles", early, late, static sample => sample.Facts.Handles);
        Compare(row, "threads", early, late, static sample => sample.Facts.Threads);
        Compare(row, "median append ms", early, late, static sample => sample.Load.MedianMicros / MillisPerMicro);
        Compare(row, "99 % append ms", early, late, static sample => sample.Load.SlowMicros / MillisPerMicro);
    }

    private static void Compare(
        ResultRow row, string what, Sample[] early, Sample[] late, Func<Sample, double> figure)
    {
        double before = Median(early.Select(figure));
        double after = Median(late.Select(figure));
        row.Figures[what + ", second quarter"] = before;
        row.Figures[what + ", last quarter"] = after;
        Console.WriteLine($"  {what}: {before:N1} in the second quarter, {after:N1} in the last");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return Math.Round(sorted[sorted.Length / 2], 2);
    }
}
