// The audit webhook of Kubernetes: lists as an API server sends them, each item byte for byte, each stage once.

using System.Net;
using System.Text;
using LedgerStore.Campaigns.Senders;
using LedgerStore.Client;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class KubernetesIntakeTests
{
    // As webhook.go encodes it: kind and metadata first, one line.
    private const string Head =
        "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":[";

    private const string First =
        "{\"level\":\"Metadata\",\"auditID\":\"6f1a\",\"stage\":\"RequestReceived\",\"requestURI\":\"/api/v1/pods\","
        + "\"verb\":\"list\",\"user\":{\"username\":\"anna\",\"groups\":[\"system:authenticated\"]},"
        + "\"sourceIPs\":[\"192.0.2.1\"],\"requestReceivedTimestamp\":\"2026-11-30T16:00:00.000001Z\"}";

    private const string Second = "{\"level\":\"Metadata\",\"auditID\":\"6f1a\",\"stage\":\"ResponseComplete\","
        + "\"requestURI\":\"/api/v1/pods\",\"verb\":\"list\",\"responseStatus\":{\"metadata\":{},\"code\":200}}";

    [Fact]
    public void Items_are_events_and_known_by_audit_id_and_stage()
    {
        List<ParsedEvent> events = KubernetesEvents.Parse(Bytes(Head + First + "," + Second + "]}\n"));
        Assert.Equal([First, Second], events.Select(Text));
        Assert.Equal(["6f1a/RequestReceived", "6f1a/ResponseComplete"], events.Select(each => each.Id));
        Assert.All(events, each => Assert.Null(each.Opaque));
    }

    [Theory]
    [InlineData("{\"kind\":\"Event\"}", 1)]
    [InlineData("[1]", 1)]
    [InlineData("nothing", 1)]
    [InlineData(Head + First + "," + "{\"a\" 1}]}", 2)]
    [InlineData(Head + First, 1)]
    [InlineData(Head + First + "]", 1)]
    [InlineData("", 0)]
    public void What_is_no_list_is_kept_and_items_before_the_damage_are_events(string body, int events)
    {
        List<ParsedEvent> parsed = KubernetesEvents.Parse(Bytes(body));
        Assert.InRange(parsed.Count, events, events + 1);
        if (body.StartsWith(Head, StringComparison.Ordinal))
        {
            Assert.Equal(First, Text(parsed[0]));
        }

        Assert.Equal(body.Length > 0, parsed.Any(each => each.Opaque is not null));
    }

    [Fact]
    public void Whatever_is_sent_it_has_events_that_can_be_stored() => Fuzz.Run(
        [
            Head + First + "," + Second + "]}", "{\"items\":[],\"kind\":\"EventList\"}", "{\"items\":[1,2]}",
            "{\"a\":[],",
        ],
        body =>
        {
            List<ParsedEvent> events = KubernetesEvents.Parse(body);
            Assert.All(events, Fuzz.CheckForm);

            // What is in no item is the frame of a list that was read to its end, or is kept as it came.
            bool isKept = events.Count > 0 && events[^1].Opaque is not null;
            Assert.True(isKept || JsonScan.IsBlank(body) || IsList(body));
        });

    [Fact]
    public async Task A_list_that_is_sent_again_is_stored_once()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("kubernetes", "profile: k8s");
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage answer = await intake.PostAsync(
                Head + First + "," + Second + "]}", "application/json");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // Another event that says to be the first one.
        string other = Head + First.Replace("anna", "mallory", StringComparison.Ordinal) + "]}";
        (await intake.PostAsync(other, "application/json")).EnsureSuccessStatusCode();
        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(3, records.Count);
        Assert.Equal([First, Second], records[..2].Select(RunningIntake.TextOf));
        Assert.Equal((2L, 1L), (intake.Counters.Duplicate, intake.Counters.Flagged));
    }

    /// <summary>KubernetesClient has the types of what is in an event, and writes them as its API does.</summary>
    [Fact]
    public async Task Lists_of_KubernetesClients_types_are_read_item_by_item()
    {
        const int count = 40;
        await using RunningIntake intake = await RunningIntake.StartAsync("kubernetes", "profile: k8s");
        for (int i = 0; i < 2; i++)
        {
            using ByteArrayContent list = new(AuditEvents.List(0, count));
            list.Headers.ContentType = new("application/json");
            using HttpResponseMessage answer = await intake.Http().PostAsync((Uri?)null, list);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(
            Enumerable.Range(0, count).Select(static i => $"00000000-0000-4000-8000-{i:D12}/ResponseComplete"),
            records.Select(static each => each.Id));
        Assert.All(records, static each => Assert.Null(each.Opaque));
        Assert.Equal(count, intake.Counters.Duplicate);
        using System.Text.Json.JsonDocument event7 = System.Text.Json.JsonDocument.Parse(records[7].Bytes);
        Assert.Equal(
            "system:serviceaccount:shop:deployer",
            event7.RootElement.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal(
            "#7#",
            event7.RootElement.GetProperty("requestObject").GetProperty("data").GetProperty("number").GetString());
        Assert.Equal(
            "1970-01-01T00:00:07Z", event7.RootElement.GetProperty("requestReceivedTimestamp").GetString());
    }

    private static bool IsList(byte[] body)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(Latin(body));
        return document.RootElement.TryGetProperty("items", out _);
    }

    // Text that is no UTF-8 is not what this asks about.
    private static string Latin(byte[] body) => Encoding.Latin1.GetString(body);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ParsedEvent each) => Encoding.UTF8.GetString(each.Body.Span);
}
