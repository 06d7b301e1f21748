// What a source leaves out by its rules, and that the ledger says how much.

using System.Text;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Config;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class NoiseTests
{
    private const string Kubernetes = """
        noise:
              rules:
                - { name: probes, drop: ["uri={/healthz,/readyz}"] }
                - { name: stages, drop: ["stage=RequestReceived"] }
                - { name: writes, keep: ["what={create,delete}"] }
                - { name: metadata, sample: 10, of: ["level=Metadata"] }
        """;

    [Fact]
    public async Task Levels_stages_and_fields_decide_and_the_ledger_says_what_is_missing()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("kubernetes", Kubernetes);
        List<string> items = [
            Event("RequestReceived", "Request", "get", "/api"),
            Event("ResponseComplete", "Request", "get", "/healthz"),
            Event("ResponseComplete", "Request", "get", "/api"),
            Event("ResponseComplete", "Metadata", "delete", "/api"),
            "{\"stage\":{\"deep\":[]},\"level\":7}",
        ];
        items.AddRange(Enumerable.Range(0, 500).Select(
            i => Event("ResponseComplete", "Metadata", "watch", $"/api/{i}", $"id-{i}")));
        for (int i = 0; i < 2; i++)
        {
            (await intake.PostAsync($"{{\"items\":[{string.Join(',', items)}]}}", "application/json"))
                .EnsureSuccessStatusCode();
        }

        await intake.Pipeline.TellNoiseAsync();
        await intake.Pipeline.TellNoiseAsync();
        List<IntakeRecord> records = await intake.RecordsAsync();
        IntakeRecord said = Assert.Single(records, each => each.Mark == "noise");
        Assert.Equal("intake", said.Sender);
        using JsonDocument document = JsonDocument.Parse(said.Bytes);
        JsonElement dropped = document.RootElement.GetProperty("dropped");
        Assert.Equal(2, dropped.GetProperty("probes").GetInt32());
        Assert.Equal(2, dropped.GetProperty("stages").GetInt32());

        // An event is in the sample or not, also when it comes again.
        int sampled = records.Count(each => RunningIntake.TextOf(each).Contains("\"watch\"", StringComparison.Ordinal));
        Assert.InRange(sampled, 20, 100);
        Assert.Equal(2 * (500 - sampled), dropped.GetProperty("metadata").GetInt32());
        Assert.False(dropped.TryGetProperty("writes", out _));

        // Three without an id, which came twice; the sample; and the record about the rest.
        Assert.Equal(6 + sampled + 1, records.Count);
        Assert.Equal(
            intake.Counters.Received,
            intake.Counters.Stored + intake.Counters.Duplicate + intake.Counters.Dropped);
    }

    [Fact]
    public async Task A_sample_of_events_without_ids_is_exact_and_the_end_says_the_rest()
    {
        string configuration = $$"""
            sources:
              app:
                kind: json
                ledger: demo
                listen: 127.0.0.1:0
                auth: { tokens: { tester: "{{RunningIntake.TokenHash}}" } }
                noise: { rules: [{ name: reads, sample: 4, of: ["what=read"] }] }

            """;
        await using RunningIntake intake = await RunningIntake.StartAsync(configuration);
        string one = "{\"api\":{\"operation\":\"read\"}}";
        for (int i = 0; i < 10; i++)
        {
            (await intake.PostAsync($"[{one},{one},\"read\"]", "application/json")).EnsureSuccessStatusCode();
        }

        (await intake.PostAsync("{\"api\":", "application/json")).EnsureSuccessStatusCode();
        await intake.RestartAsync(configuration);
        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(5, records.Count(each => RunningIntake.TextOf(each) == one));
        Assert.Equal(10, records.Count(each => RunningIntake.TextOf(each) == "\"read\""));
        Assert.Single(records, each => each.Opaque is not null);
        Assert.Contains("\"dropped\":{\"reads\":15}", RunningIntake.TextOf(records[^1]), StringComparison.Ordinal);
        Assert.Equal(17, records.Count);
    }

    [Theory]
    [InlineData("rules: [{ name: a, drop: [\"uri=/healthz*\"] }]", "a beginning ends with one of")]
    [InlineData("rules: [{ name: a, drop: [\"nothing=1\"] }]", "no field has this name")]
    [InlineData("rules: [{ name: a, drop: [\"@appender=x\"] }]", "is of the entry")]
    [InlineData("rules: [{ name: a, sample: 3 }]", "has to say one thing")]
    [InlineData("rules: [{ name: a, drop: [\"what=get\"], keep: [\"what=get\"] }]", "has to say one thing")]
    [InlineData("rules: [{ name: a, sample: x, of: [\"what=get\"] }]", "is no whole number")]
    [InlineData("rules: [{ name: a, drop: [] }]", "is empty")]
    [InlineData("rules: [{ name: a, drop: [\"what=a\"] }, { name: a, drop: [\"what=b\"] }]", "second time")]
    [InlineData("rules: []", "is empty")]
    [InlineData("fields: nobody.txt, rules: [{ name: a, drop: [\"what=get\"] }]", "nobody.txt")]
    public void Rules_that_say_nothing_clear_are_refused(string noise, string problem)
    {
        IntakeConfigException refused = Assert.Throws<IntakeConfigException>(() => IntakeConfigReader.Parse(
            Encoding.UTF8.GetBytes(
                "state: state\nstore: { address: \"https://x\", certificate: a, key: b, ca: c }\nsources:\n"
                + "  k8s: { kind: kubernetes, ledger: k8s, listen: 127.0.0.1:1, auth: { certificates: [a] },\n"
                + $"         noise: {{ {noise} }} }}\n"),
            "/etc/intake.yaml"));
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    private static string Event(string stage, string level, string verb, string uri, string id = "") =>
        $$"""{"stage":"{{stage}}","level":"{{level}}","verb":"{{verb}}","requestURI":"{{uri}}","auditID":"{{id}}"}""";
}
