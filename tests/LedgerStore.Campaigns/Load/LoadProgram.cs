// The process that writes: writers of several ledgers, over TLS with a client certificate, until its standard input
// ends. It knows of no fault. What it was told is in its list; what cannot be true is in the file `wrong`.
using System.Text.Json;
using LedgerStore.Campaigns.Running;
using LedgerStore.Client;

namespace LedgerStore.Campaigns.Load;

/// <summary>What became of a load: one line of JSON when it ends.</summary>
/// <param name="Stuck">Writers whose last batch was not acknowledged in time, although nothing failed any more.</param>
internal sealed record LoadReport(
    long Batches, long Records, long Repeats, long Failures, int Stuck, long MedianMicros, long SlowMicros,
    long WorstMicros, IReadOnlyList<string> Errors);

/// <summary>`load`.</summary>
internal static class LoadProgram
{
    public const string WrongFile = "wrong";

    public static async Task<int> RunAsync(Setting setting)
    {
        await using AckList list = AckList.Open(setting.List);
        using LedgerClient client = setting.Connect("appender");
        LoadFacts facts = new(Path.Combine(setting.List, WrongFile));
        using CancellationTokenSource end = new();
        using CancellationTokenSource patience = new();
        Dictionary<string, ulong> next = NextOf(setting.List);
        Task[] writers =
        [
            .. Enumerable.Range(0, Stage.Writers).Select(number =>
            {
                Writer writer = new(setting, client, list, facts, number, end.Token, patience.Token);
                ulong first = next.GetValueOrDefault(Stage.Producer(number), 1UL);
                return Task.Run(() => Stage.IsStream(number) ? writer.StreamAsync() : writer.CallAsync(first));
            }),
        ];
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(JsonSerializer.Serialize(facts.Report(stuck: 0)));
        }

        await end.CancelAsync();
        patience.CancelAfter(setting.Patience);
        await Task.WhenAll(writers);
        int stuck = writers.Count(static w => w is Task<bool> { Result: false });
        Console.WriteLine(JsonSerializer.Serialize(facts.Report(stuck)));
        return 0;
    }

    /// <summary>A load that was killed goes on behind what its list has.</summary>
    private static Dictionary<string, ulong> NextOf(string directory)
    {
        long offset = 0;
        Dictionary<string, ulong> next = [];
        foreach (Acknowledged one in AckList.ReadOn(directory, ref offset))
        {
            next[one.Producer] = Math.Max(next.GetValueOrDefault(one.Producer), one.First + (ulong)one.Count);
        }

        return next;
    }
}
