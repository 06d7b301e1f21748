// The poll that brings hoop's sessions into a ledger (docs/recipes/hoop_poll.py), against what hoop's API answers:
// pages of sessions, of which some have not ended.

using System.Collections.Concurrent;
using System.Diagnostics;
using LedgerStore.Client;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Gates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class HoopPollTests
{
    private readonly ConcurrentDictionary<string, bool> _sessions = new();
    private readonly string _began = DateTimeOffset.UtcNow.AddHours(-1).ToString("yyyy-MM-ddTHH:mm:ssZ");

    [ProgramFact("python3")]
    public async Task Sessions_that_have_ended_are_stored_once()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("json", "");
        await using WebApplication hoop = await StartHoopAsync();
        using TempFolder state = new();
        for (int i = 0; i < 230; i++)
        {
            _sessions[$"s{i:d3}"] = i != 7;
        }

        await PollAsync(intake, hoop, state, expected: 0, says: "229 sessions brought into the ledger, 0 failed");
        await PollAsync(intake, hoop, state, expected: 0, says: "0 sessions brought into the ledger, 0 failed");

        // One ends later; and the intake refuses somebody who is not known.
        _sessions["s007"] = true;
        await PollAsync(
            intake, hoop, state, expected: 1, says: "0 sessions brought into the ledger, 1 failed", "wrong");
        await PollAsync(intake, hoop, state, expected: 0, says: "1 sessions brought into the ledger, 0 failed");

        // A run that was killed before it wrote anything down: the same sessions come again, and are known.
        File.Delete(state.File("sent"));
        await PollAsync(intake, hoop, state, expected: 0, says: "230 sessions brought into the ledger, 0 failed");
        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(_sessions.Keys.Order(), records.Select(each => each.Id!["hoop-".Length..^"/0".Length]).Order());
        Assert.Equal(230, intake.Counters.Duplicate);
    }

    private static async Task PollAsync(
        RunningIntake intake,
        WebApplication hoop,
        TempFolder state,
        int expected,
        string says,
        string token = RunningIntake.Token)
    {
        await using SenderProcess poll = new(new ProcessStartInfo("python3",
            [
                Path.Combine(SourceTree.Root, "docs", "recipes", "hoop_poll.py"), "--hoop", hoop.Urls.First(),
                "--intake", $"{intake.Intake.AddressOf("app")}", "--state", state.Path,
            ])
        {
            Environment = { ["HOOP_TOKEN"] = "h", ["INTAKE_TOKEN"] = token },
        });
        (int code, string said) = await poll.EndAsync();
        Assert.Equal(expected, code);
        Assert.Contains(says, said, StringComparison.Ordinal);
    }

    // GET /api/sessions as hoop answers it: start_date, end_date, limit and offset; data, total and has_next_page.
    private async Task<WebApplication> StartHoopAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        WebApplication hoop = builder.Build();
        hoop.Run(async context =>
        {
            IQueryCollection query = context.Request.Query;
            Assert.Equal("Bearer h", context.Request.Headers.Authorization);
            Assert.True(DateTimeOffset.Parse(query["start_date"]!) < DateTimeOffset.Parse(query["end_date"]!));
            int limit = int.Parse(query["limit"]!), offset = int.Parse(query["offset"]!);
            KeyValuePair<string, bool>[] all = [.. _sessions.OrderBy(each => each.Key, StringComparer.Ordinal)];
            string data = string.Join(',', all.Skip(offset).Take(limit).Select(each =>
                $"{{\"id\":\"{each.Key}\",\"user\":\"anna\",\"start_date\":\"{_began}\",\"end_date\":"
                + (each.Value ? $"\"{_began}\"}}" : "null}")));
            await context.Response.WriteAsync(
                $"{{\"data\":[{data}],\"total\":{all.Length},\"has_next_page\":"
                + (offset + limit < all.Length ? "true}" : "false}"));
        });
        await hoop.StartAsync();
        return hoop;
    }
}
