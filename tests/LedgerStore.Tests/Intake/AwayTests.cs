// The store is away, or there is no room: what was acknowledged gets there, and what is not acknowledged is asked for
// again.

using System.Net;
using LedgerStore.Client;
using LedgerStore.Tests.Cli;
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

    /// <summary>A file system of its own that is smaller than the spool may grow.</summary>
    [ProgramFact("unshare", "/usr/bin/mount")]
    public async Task A_full_disk_makes_senders_wait_and_loses_nothing()
    {
        await using ServerProcess store = await ServerProcess.StartAsync();
        await using IntakeProcess intake = await IntakeProcess.StartOnDiskAsync(
            store, megabytes: 8, "json", "", "spool: 64MiB", "answer_within: 500ms");
        await store.KillAsync();
        await CheckRoomAsync(store, intake, atLeast: 20, atMost: 8 * 1024 * 1024 / 40_000);
    }

    [Fact]
    public async Task A_full_spool_makes_senders_wait_and_loses_nothing()
    {
        await using ServerProcess store = await ServerProcess.StartAsync();
        await using IntakeProcess intake = await IntakeProcess.StartAsync(
            store, "json", "spool: 1MiB", "answer_within: 500ms");
        await store.KillAsync();
        await CheckRoomAsync(store, intake, atLeast: 15, atMost: 60);
    }

    // Sends until there is no room, and after the store came back.
    private static async Task CheckRoomAsync(ServerProcess store, IntakeProcess intake, int atLeast, int atMost)
    {
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
        Assert.InRange(acknowledged.Count, atLeast, atMost);
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
}
