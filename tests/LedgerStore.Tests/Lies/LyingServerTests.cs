// A server that plays every lie that the protocol allows, against every command and against the client library. Each is
// noticed, or changes nothing, or is on the list of what is the server's word.
//
// In CI each lie meets one scenario that verifies and one that does not, as the seed has it. By hand all of them:
//   LEDGERSTORE_LIES=all dotnet test --filter LyingServerTests
//   LEDGERSTORE_LIES_SEED=7 LEDGERSTORE_LIES=3      another choice, three scenarios for each lie
//   LEDGERSTORE_LIES_ONLY=indexed                   the scenarios with this in their names, and no others
//   LEDGERSTORE_LIES_LOG=FILE                       what goes wrong is written there as it is found

using System.CommandLine;
using System.Globalization;
using LedgerStore.Cli;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Gates;
using LedgerStore.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Lies;

public sealed class LyingServerTests(ITestOutputHelper output)
{
    private static ulong Seed => ulong.TryParse(
        Environment.GetEnvironmentVariable("LEDGERSTORE_LIES_SEED"), CultureInfo.InvariantCulture, out ulong seed)
        ? seed
        : (ulong)DateTimeOffset.UtcNow.DayOfYear;

    private static int ScenariosEach => Environment.GetEnvironmentVariable("LEDGERSTORE_LIES") is not { } count ? 1
        : count == "all" ? int.MaxValue
        : int.Parse(count, CultureInfo.InvariantCulture);

    private static string Only => Environment.GetEnvironmentVariable("LEDGERSTORE_LIES_ONLY") ?? string.Empty;

    [Fact]
    public void Every_command_that_talks_to_a_server_is_lied_to()
    {
        using CliHost host = new(Stream.Null, Stream.Null, Stream.Null, static _ => null);
        foreach (string command in Leaves(LedgerCommand.Build(host, []), string.Empty))
        {
            bool isElsewhere = CommandScenarios.Elsewhere.Contains(command);
            bool isPlayed = Campaign.Scenarios.Any(
                each => (each.Name + " ").StartsWith($"ledger {command} ", StringComparison.Ordinal));
            Assert.True(
                isElsewhere != isPlayed,
                $"`ledger {command}` needs a scenario in CommandScenarios.All, or a place in Elsewhere with a reason");
        }
    }

    [Fact]
    public void Every_method_of_the_protocol_is_played()
    {
        string[] compiled = [.. LedgerstoreReflection.Descriptor.Services
            .SelectMany(service => service.Methods).Select(method => method.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(compiled, LyingServer.Methods.Select(method => method.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_lie_is_met_and_noticed_or_harmless()
    {
        await using Campaign campaign = await Campaign.StartAsync();
        IReadOnlyList<Baseline> baselines = await campaign.BaselinesAsync();
        List<(Lie Lie, Baseline Baseline)> plan = Plan(baselines);
        IReadOnlyList<Played> played = await campaign.PlayAsync(plan);
        output.WriteLine($"seed {Seed}: {Campaign.Count(played)}");
        foreach (IGrouping<bool, Played> part in played.GroupBy(each => each.Scenario.IsVerified))
        {
            output.WriteLine($"{(part.Key ? "verified" : "not verified")}: {Campaign.Count([.. part])}");
        }

        if (Only.Length == 0)
        {
            AssertEachIsMet(baselines, played);
        }

        Played[] wrong = [.. played.Where(each => each.Outcome == Outcome.Wrong)];
        Assert.True(
            wrong.Length == 0,
            $"seed {Seed}: {wrong.Length} lies were believed, or broke something:\n"
            + string.Join("\n", wrong.Take(40)));
    }

    /// <summary>What is the server's word, the documentation says.</summary>
    [Fact]
    public void What_is_taken_on_the_servers_word_is_documented()
    {
        string document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "SECURITY.md"));
        Assert.All(
            ServersWord.OfVerified,
            word => Assert.Contains($"| `{word.Target}` |", document, StringComparison.Ordinal));
        foreach (string command in CommandScenarios.All.Where(each => !each.IsVerified)
            .Select(each => each.Name.Split(' ')[1]).Distinct())
        {
            Assert.Contains($"`{command}`", document, StringComparison.Ordinal);
        }
    }

    // For each lie some scenarios that verify, and as many that do not: which, the seed says.
    private static List<(Lie Lie, Baseline Baseline)> Plan(IReadOnlyList<Baseline> baselines)
    {
        SplitMix random = new(Seed);
        List<(Lie Lie, Baseline Baseline)> plan = [];
        foreach (Lie lie in Campaign.Lies)
        {
            foreach (bool isVerified in new[] { true, false })
            {
                List<Baseline> fitting = [.. baselines.Where(
                    each => each.Scenario.IsVerified == isVerified && Campaign.CanMeet(lie, each)
                        && each.Scenario.Name.Contains(Only, StringComparison.Ordinal))];
                for (int i = 0; i < ScenariosEach && fitting.Count > 0; i++)
                {
                    int at = random.Below(fitting.Count);
                    plan.Add((lie, fitting[at]));
                    fitting.RemoveAt(at);
                }
            }
        }

        return plan;
    }

    // A field that is in no honest answer, or that no scenario asks for, would be a lie that nobody has tried.
    private static void AssertEachIsMet(IReadOnlyList<Baseline> baselines, IReadOnlyList<Played> played)
    {
        HashSet<(string?, string)> met = [.. played.Where(each => each.Outcome != Outcome.Unmet)
            .Select(each => (each.Lie.Method, each.Lie.Target))];
        string[] unmet = [.. Campaign.Lies.Select(lie => (lie.Method, lie.Target)).Distinct()
            .Where(target => !met.Contains(target)).Select(target => $"{target.Method}: {target.Target}")];
        Assert.True(unmet.Length == 0, $"no scenario meets a lie about {string.Join("; ", unmet)}");
        Assert.All(
            Campaign.Lies.Where(lie => lie.Other is null && baselines.Any(each => Campaign.CanMeet(lie, each))),
            lie => Assert.Contains(played, each => each.Lie == lie));
    }

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(
            inner => Leaves(inner, path.Length == 0 ? inner.Name : $"{path} {inner.Name}"));
}
