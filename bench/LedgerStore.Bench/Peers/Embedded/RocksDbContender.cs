// RocksDB by its own benchmark: each thread writes batches of 256 keys in order, synced. The program times itself, so
// its start does not count. Its records are its own: as long as ours, half of it compressible. Every run begins with an
// empty database, and what it leaves in memory is not flushed within its time: that is to its advantage.
using System.Globalization;
using System.Text.RegularExpressions;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed partial class RocksDbContender(int writers, PeerFolder folder) : IContender
{
    public const string Install = "apt-get install rocksdb-tools";
    private const int FirstRecords = 20 * PeerRecords.BatchRecords;

    // It takes a number of records, not a time: the last run says how many fill the next one.
    private double _recordsPerSecond;
    private int _runs;

    public static bool IsInstalled => PeerProcess.Find("db_bench") is not null;

    public string Name => "rocksdb";

    public string System => Name;

    public Task OpenAsync() => Task.CompletedTask;

    // Each run begins anew: nothing stays warm, and it is only to say how fast it is.
    public Task WarmUpAsync(TimeSpan time) => BenchAsync([], FirstRecords * writers);

    public Task<PeerFigure> RunAsync(TimeSpan time) => BenchAsync([], _recordsPerSecond * time.TotalSeconds);

    // Its program has ended by then, and its time is with that of our ended children.
    public double CpuSeconds() => PeerProcess.CpuSecondsOfEnded();

    public async Task<SyncCount?> TraceAsync(TimeSpan time)
    {
        if (PeerProcess.Find("strace") is null)
        {
            return null;
        }

        string trace = folder.PathOf("rocksdb.trace");
        try
        {
            PeerFigure figure = await BenchAsync(SyncTrace.Prefix(trace), FirstRecords * writers);
            return new SyncCount(SyncTrace.Count(trace, [], synchronousDirectory: null), figure.Calls);
        }
        catch (PeerException error) when (error.Message.Contains("not permitted", StringComparison.Ordinal))
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => default;

    private async Task<PeerFigure> BenchAsync(string[] prefix, double records)
    {
        long each = Math.Max(PeerRecords.BatchRecords, (long)(records / writers));
        string directory = folder.NewDirectory(
            string.Create(CultureInfo.InvariantCulture, $"rocksdb-{writers}-{_runs++}"));
        string output = await Task.Run(() => PeerProcess.Run([
            .. prefix, PeerProcess.Find("db_bench")!, "--benchmarks=fillseq", $"--db={directory}", "--sync=1",
            $"--batch_size={PeerRecords.BatchRecords}", $"--value_size={PeerRecords.RecordBytes}", "--key_size=16",
            $"--threads={writers}", $"--num={each}", "--histogram=1"]));
        Directory.Delete(directory, recursive: true);
        Match rate = Rate().Match(output);
        Match percentiles = Percentiles().Match(output);
        if (!rate.Success || !percentiles.Success)
        {
            string end = output[^Math.Min(300, output.Length)..];
            throw new PeerException($"db_bench said what we do not understand: {end}");
        }

        _recordsPerSecond = Number(rate.Groups["rate"]);
        long stored = (long)Number(rate.Groups["operations"]);
        return new PeerFigure(
            stored,
            stored / PeerRecords.BatchRecords,
            stored / _recordsPerSecond,
            Number(percentiles.Groups["p50"]),
            Number(percentiles.Groups["p99"]));
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<rate>\d+) ops/sec.* (?<operations>\d+) operations", RegexOptions.None, 1000)]
    private static partial Regex Rate();

    [GeneratedRegex(@"P50: (?<p50>[\d.]+) .*P99: (?<p99>[\d.]+)", RegexOptions.None, 1000)]
    private static partial Regex Percentiles();
}
