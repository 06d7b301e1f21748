// Intake and store are killed while senders of every kind send: what was acknowledged is in the ledger. How many
// records says LEDGERSTORE_INTAKE_RECORDS, for each kind; without it a few hundred.

using System.Text;
using LedgerStore.Client;
using Xunit;
using Xunit.Abstractions;
using ServerProcess = LedgerStore.Tests.Client.ServerProcess;

namespace LedgerStore.Tests.Intake;

public sealed class KillTests(ITestOutputHelper output)
{
    private const int BatchEvents = 20;

    /// <summary>A kind, what it sends, and what stands around and between the events of a request.</summary>
    private static readonly Sender[] s_senders =
    [
        new("json", "", "application/json", "[", "{\"n\":\"#N#\"}", ",", "]"),
        new("kubernetes", "", "application/json", "{\"items\":[",
            "{\"auditID\":\"N\",\"stage\":\"ResponseComplete\",\"n\":\"#N#\"}", ",", "]}"),
        new("cloudevents", "", "application/cloudevents-batch+json", "[",
            "{\"specversion\":\"1.0\",\"id\":\"N\",\"source\":\"s\",\"type\":\"t\",\"data\":\"#N#\"}", ",", "]"),
        new("splunk", "/services/collector", "application/json", "", "{\"event\":\"#N#\"}", "", ""),
        new("otlp", "/v1/logs", "application/json", "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[",
            "{\"body\":{\"stringValue\":\"#N#\"}}", ",", "]}]}]}"),
    ];

    [Fact]
    public async Task Kills_under_every_sender_lose_nothing_that_was_acknowledged()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_INTAKE_RECORDS"), out int asked)
            ? asked
            : 400;
        await using ServerProcess store = await ServerProcess.StartAsync();
        await using IntakeProcess intake = await IntakeProcess.StartAsync(
            store, disk: null, ["spool: 256MiB"], SourcesAt);
        using CancellationTokenSource done = new();
        Task<int> killing = KillAsync(store, intake, done.Token);
        await Task.WhenAll([.. s_senders.Select(sender => SendAllAsync(intake, sender, count)),
            WriteAllAsync(intake.FileOf("input.log"), count)]);
        await done.CancelAsync();
        int kills = await killing;
        List<IntakeRecord> records = await IntakeProcess.RecordsAsync(store, atLeast: count * (s_senders.Length + 1));
        foreach (IGrouping<string, IntakeRecord> source in records.GroupBy(each => each.Source))
        {
            int[] found = [.. source.Select(NumberOf)];
            int twice = found.Length - found.Distinct().Count();
            output.WriteLine($"{source.Key}: {found.Length} records, {twice} of them twice, {kills} kills");

            // All were acknowledged, or the sender would not have ended; only what was under way at a kill is twice.
            Assert.Equal(Enumerable.Range(0, count), found.Distinct().Order());
            Assert.InRange(twice, 0, source.Key == "file" ? count : BatchEvents * kills);
        }

        Assert.Equal(s_senders.Length + 1, records.Select(each => each.Source).Distinct().Count());
    }

    private static string SourcesAt(int port)
    {
        StringBuilder sources = new();
        foreach (Sender sender in s_senders)
        {
            sources.Append($"  {sender.Kind}: {{ kind: {sender.Kind}, ledger: demo, listen: 127.0.0.1:{port}, ")
                .Append($"path: /{sender.Kind}, auth: {{ tokens: {{ tester: \"{RunningIntake.TokenHash}\" }} }} }}\n");
        }

        return sources.Append("  file: { kind: file, ledger: demo, file: input.log }\n").ToString();
    }

    private static async Task SendAllAsync(IntakeProcess intake, Sender sender, int count)
    {
        for (int first = 0; first < count; first += BatchEvents)
        {
            string body = sender.Before
                + string.Join(sender.Between, Enumerable.Range(first, Math.Min(BatchEvents, count - first))
                    .Select(i => sender.Event.Replace("N", $"{i}", StringComparison.Ordinal)))
                + sender.Behind;
            while (!await intake.TrySendAsync($"/{sender.Kind}{sender.Path}", sender.Type, body))
            {
                await Task.Delay(20);
            }
        }
    }

    private static async Task WriteAllAsync(string file, int count)
    {
        for (int first = 0; first < count; first += BatchEvents)
        {
            await File.AppendAllLinesAsync(
                file, Enumerable.Range(first, Math.Min(BatchEvents, count - first)).Select(i => $"#{i}#"));
            await Task.Yield();
        }
    }

    private static async Task<int> KillAsync(ServerProcess store, IntakeProcess intake, CancellationToken done)
    {
        int kills = 0;
        for (; kills < 2 || !done.IsCancellationRequested; kills++)
        {
            if (kills % 2 == 0)
            {
                await intake.KillAsync();
                await intake.RestartAsync();
            }
            else
            {
                await store.KillAsync();
                await store.RestartAsync();
            }

            await Task.Delay(500, CancellationToken.None);
        }

        return kills;
    }

    private static int NumberOf(IntakeRecord record) => int.Parse(RunningIntake.TextOf(record).Split('#')[1]);

    private sealed record Sender(
        string Kind, string Path, string Type, string Before, string Event, string Between, string Behind);
}
