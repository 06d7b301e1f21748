// Plays lies against scenarios, a few at a time, and counts what became of them.
// One for each test.

using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Tests.Lies;

/// <summary>One lie in one scenario.</summary>
internal sealed record Played(Scenario Scenario, Lie Lie, Outcome Outcome, Result Result)
{
    public override string ToString() => $"{Outcome}: {Scenario.Name}\n  against: {Lie.Name}\n  {Result}";
}

/// <summary>What a scenario does with an honest server.</summary>
internal sealed record Baseline(Scenario Scenario, Result Result, IReadOnlyDictionary<string, byte[][]> Messages);

internal sealed class Campaign : IAsyncDisposable
{
    // Thirty seconds are three; and where the server is silent, one.
    private const int Fast = 10;
    private const int VeryFast = 30;
    private const int Benches = 3;

    private static readonly string? s_logFile = Environment.GetEnvironmentVariable("LEDGERSTORE_LIES_LOG");
    private static readonly Lock s_logGate = new();

    private readonly ConcurrentBag<Workbench> _idle = [];

    internal static IReadOnlyList<Scenario> Scenarios { get; } = [.. CommandScenarios.All, .. LibraryScenarios.All];

    /// <summary>Every lie that there is.</summary>
    internal static IReadOnlyList<Lie> Lies { get; } =
    [
        .. LyingServer.Methods.SelectMany(method => FieldLies.Of(method.Name, AnswerOf(method))),
        .. LyingServer.Methods.SelectMany(AnswerLies.Of),
        .. AnswerLies.OfEntries(),
        .. TileLies.All(),
        .. AnswerLies.OfHistories(
            [.. LyingServer.Methods.Where(IsAboutHistory).Select(method => method.Name), TileLies.Method]),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (Workbench bench in _idle)
        {
            await bench.DisposeAsync();
        }
    }

    internal static async Task<Campaign> StartAsync()
    {
        Campaign campaign = new();
        for (int i = 0; i < Benches; i++)
        {
            campaign._idle.Add(await Workbench.StartAsync());
        }

        return campaign;
    }

    /// <summary>What every scenario does with an honest server, twice the same.</summary>
    internal async Task<IReadOnlyList<Baseline>> BaselinesAsync()
    {
        ConcurrentBag<Baseline> baselines = [];
        await ForEachAsync(Scenarios, async (bench, scenario) =>
        {
            Result first = await bench.RunAsync(scenario, lie: null, speed: 1);
            Result again = await bench.RunAsync(scenario, lie: null, speed: 1);
            if (first != again || first.Code is not (0 or 1 or 5 or 6)
                || (scenario.IsVerified && first.Code is not (0 or 6) && !IsWholeButUnreadable(first)))
            {
                throw new InvalidOperationException($"{scenario} with an honest server: {first}\nand again: {again}");
            }

            ILookup<string, byte[]> seen = bench.Server.Seen.ToLookup(each => each.Key.Method, each => each.Value);
            baselines.Add(new Baseline(scenario, first, bench.Server.Called.ToDictionary(
                method => method, method => seen[method].ToArray())));
        });
        return [.. Scenarios.Select(scenario => baselines.Single(each => each.Scenario == scenario))];
    }

    // All is proven, and what the server says that it cannot read is said with an exit code of its own.
    private static bool IsWholeButUnreadable(Result result) => result.Code == 5
        && result.Errors.Contains("complete but for what cannot be read", StringComparison.Ordinal);

    /// <summary>Whether a lie can change what a scenario is answered.</summary>
    internal static bool CanMeet(Lie lie, Baseline baseline) => lie.Method is null
        || (baseline.Messages.TryGetValue(lie.Method, out byte[][]? messages)
            && (lie.Other is not null || lie.Target == "the answer"
                || messages.Any(message => FieldLies.Changes(lie, message))));

    internal async Task<IReadOnlyList<Played>> PlayAsync(IReadOnlyList<(Lie Lie, Baseline Baseline)> plan)
    {
        ConcurrentBag<Played> played = [];
        await ForEachAsync(plan, async (bench, next) =>
        {
            Played now = await PlayAsync(bench, next.Lie, next.Baseline);
            played.Add(now);
            Note(now, played.Count, plan.Count);
        });
        return [.. played];
    }

    // For whoever waits for a long campaign: what went wrong, as it is found.
    private static void Note(Played now, int count, int of)
    {
        if (s_logFile is { } file && (now.Outcome == Outcome.Wrong || count % 100 == 0))
        {
            lock (s_logGate)
            {
                string wrong = now.Outcome == Outcome.Wrong ? $"{now}\n" : string.Empty;
                File.AppendAllText(file, $"{count} of {of}\n{wrong}");
            }
        }
    }

    /// <summary>The numbers for people.</summary>
    internal static string Count(IReadOnlyList<Played> played)
    {
        string outcomes = string.Join(", ", played.GroupBy(each => each.Outcome).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}")));
        return $"{played.Select(each => each.Lie.Name).Distinct().Count()} lies, {played.Count} runs: {outcomes}";
    }

    private static async Task<Played> PlayAsync(Workbench bench, Lie lie, Baseline baseline)
    {
        int speed = lie.Class == LieClass.Refusal ? VeryFast : Fast;
        Played played = await OnceAsync(bench, lie, baseline, speed);

        // A machine that is busy elsewhere may have missed a deadline that is short here.
        return played.Outcome == Outcome.Wrong ? await OnceAsync(bench, lie, baseline, speed: 2) : played;
    }

    private static async Task<Played> OnceAsync(Workbench bench, Lie lie, Baseline baseline, int speed)
    {
        Result result = await bench.RunAsync(baseline.Scenario, lie, speed);
        Outcome outcome = Judge.Of(baseline.Scenario, lie, bench.Server, baseline.Result, result);
        return new Played(baseline.Scenario, lie, outcome, result);
    }

    private Task ForEachAsync<T>(IEnumerable<T> items, Func<Workbench, T, Task> act) => Parallel.ForEachAsync(
        items,
        new ParallelOptions { MaxDegreeOfParallelism = Benches },
        async (item, _) =>
        {
            if (!_idle.TryTake(out Workbench? bench))
            {
                throw new InvalidOperationException("there are as many benches as runs at a time");
            }

            try
            {
                await act(bench, item);
            }
            finally
            {
                _idle.Add(bench);
            }
        });

    private static bool IsAboutHistory(IMethod method) =>
        method.ServiceName.Split('.')[^1] is "Reader" or "Verifier" or "Catalog";

    private static Google.Protobuf.Reflection.MessageDescriptor AnswerOf(IMethod method) =>
        LedgerstoreReflection.Descriptor.Services.Single(service => service.FullName == method.ServiceName)
            .FindMethodByName(method.Name).OutputType;
}
