// The store is away, or there is no room: what was acknowledged gets there, and what is not acknowledged is asked for
// again.

using System.Net;
using LedgerStore.Client;
using Xunit;
using ServerProcess = LedgerStore.Tests.Client.ServerProcess;

namespace LedgerStore.Tests.Intake;

public sealed class AwayTests
{
    [Fact]
    public async Task What_came_while_the_store_was_away_is_stored_when_it_is_back()
    {
        await using ServerProcess store = await ServerProcess.StartAsync();
        await using IntakeProcess intake = await IntakeProcess.StartAsync(store, "json", "spool: 1MiB");
        await intake.PostAsync("{\"n\":0}");
        await store.KillAsync();
        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await intake.PostAsync($"{{\"n\":{i}}}"));
        }

        await store.RestartAsync();
        List<IntakeRecord> records = await IntakeProcess.RecordsAsync(store, atLeast: 21);
        Assert.Equal(Enumerable.Range(0, 21).Select(i => $"{{\"n\":{i}}}"), records.Select(RunningIntake.TextOf));
    }

    [Fact]
    public async Task A_full_spool_makes_senders_wait_and_loses_nothing()
    {
        await using ServerProcess store = await ServerProcess.StartAsync();
        await using IntakeProcess intake = await IntakeProcess.StartAsync(
            store, "json", "spool: 1MiB", "answer_within: 500ms");
        await store.KillAsync();
        string filler = new('x', 40_000);
        List<int> acknowledged = [];
        HttpStatusCode answer = HttpStatusCode.OK;
        for (int i = 0; answer == HttpStatusCode.OK; i++)
        {
            answer = await intake.PostAsync($"{{\"n\":{i},\"x\":\"{filler}\"}}");
            if (answer == HttpStatusCode.OK)
            {
                acknowledged.Add(i);
            }
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer);
        Assert.InRange(acknowledged.Count, 15, 60);
        Assert.True(intake.LastRetryAfter > 0);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await intake.PostAsync("{\"n\":-1}"));
        await store.RestartAsync();
        while (await intake.PostAsync("{\"n\":1000}") != HttpStatusCode.OK)
        {
            await Task.Delay(50);
        }

        List<IntakeRecord> records = await IntakeProcess.RecordsAsync(store, atLeast: acknowledged.Count + 1);
        int[] found = [.. records.Select(record => IntakeProcess.NumberOf(RunningIntake.TextOf(record)))];
        Assert.Empty(acknowledged.Except(found));
        Assert.Contains(1000, found);
        Assert.Equal(found.Length, found.Distinct().Count());
    }

    [Fact]
    public async Task Kill_of_intake_and_store_under_load_loses_nothing_that_was_acknowledged()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_KILLS"), out int asked) ? asked : 150;
        await using ServerProcess store = await ServerProcess.StartAsync();
        await using IntakeProcess intake = await IntakeProcess.StartAsync(store, "json", "spool: 64MiB");
        using CancellationTokenSource done = new();
        Task killing = KillAsync(store, intake, done.Token);
        List<int>[] acknowledged = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            sender => SendAllAsync(intake, sender * count, count)));
        await done.CancelAsync();
        await killing;
        int[] all = [.. acknowledged.SelectMany(each => each)];
        Assert.Equal(4 * count, all.Length);
        List<IntakeRecord> records = await IntakeProcess.RecordsAsync(store, atLeast: all.Length);
        int[] found = [.. records.Select(record => IntakeProcess.NumberOf(RunningIntake.TextOf(record)))];
        Assert.Empty(all.Except(found));

        // Only what was under way at a kill may be there twice: one request of each sender, for each kill.
        int twice = found.Length - found.Distinct().Count();
        Assert.InRange(twice, 0, 4 * intake.Kills);
    }

    private static async Task<List<int>> SendAllAsync(IntakeProcess intake, int first, int count)
    {
        List<int> acknowledged = [];
        for (int i = first; i < first + count; i++)
        {
            while (await intake.TryPostAsync($"{{\"n\":{i}}}", $"key-{i}") != HttpStatusCode.OK)
            {
                await Task.Delay(20);
            }

            acknowledged.Add(i);
        }

        return acknowledged;
    }

    private static async Task KillAsync(ServerProcess store, IntakeProcess intake, CancellationToken done)
    {
        for (int round = 0; round < 4 && !done.IsCancellationRequested; round++)
        {
            if (round % 2 == 0)
            {
                await intake.KillAsync();
                await intake.RestartAsync();
            }
            else
            {
                await store.KillAsync();
                await store.RestartAsync();
            }

            await Task.Delay(300, CancellationToken.None);
        }
    }
}
