// What speaks to Splunk's HTTP Event Collector finds the paths, codes and answers that it knows.

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class SplunkIntakeTests
{
    [Fact]
    public async Task Events_and_raw_lines_are_stored()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("splunk", "");
        const string events = "{\"time\":1,\"host\":\"h\",\"event\":{\"a\":1}}{\"event\":\"b\"}\n{\"nothing\":1}";
        Assert.Equal(
            (200, "{\"text\":\"Success\",\"code\":0}"), await SendAsync(intake, "/services/collector", events));
        Assert.Equal(200, (await SendAsync(intake, "/services/collector/event", "{\"event\":1}")).Status);
        Assert.Equal(200, (await SendAsync(intake, "/services/collector/raw?channel=x", "line 1\r\n\nline 2")).Status);
        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(
            [
                "{\"time\":1,\"host\":\"h\",\"event\":{\"a\":1}}", "{\"event\":\"b\"}", "{\"nothing\":1}",
                "{\"event\":1}",
                "line 1", "line 2",
            ],
            records.Select(RunningIntake.TextOf));
        Assert.Equal("an object without \"event\"", records[2].Opaque);
        Assert.Equal([IntakeForm.Text, IntakeForm.Text], records[4..].Select(each => each.Form));
    }

    [Fact]
    public async Task Health_tokens_and_acknowledgements_have_their_codes()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("splunk", "");
        using HttpClient http = intake.Http("app", null);
        Assert.Equal(
            "{\"text\":\"HEC is healthy\",\"code\":17}", await http.GetStringAsync("/services/collector/health"));
        using StringContent content = new("{\"event\":1}");
        using HttpResponseMessage refused = await http.PostAsync("/services/collector", content);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("\"code\":4", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        (int status, string text) = await SendAsync(intake, "/services/collector/ack", "{\"acks\":[0]}");
        Assert.Equal((400, "{\"text\":\"ACK is disabled\",\"code\":14}"), (status, text));
        Assert.Empty(await intake.PayloadsAsync());
    }

    [Fact]
    public void Whatever_is_sent_all_of_it_is_in_events() => Fuzz.Run(
        ["{\"event\":1}{\"event\":{\"a\":\"b\"}}", "[{\"event\":1},{\"x\":2}]", "a\r\nb\n\nc", "\r\n"],
        body =>
        {
            Fuzz.CheckCovered(body, SplunkEvents.Parse(body), " \t\r\n,[]"u8);
            List<ParsedEvent> lines = SplunkEvents.ParseRaw(body);
            Assert.All(lines, Fuzz.CheckForm);
            Assert.Equal(
                body.Count(each => each is not ((byte)'\r' or (byte)'\n')),
                lines.Sum(line => line.Body.ToArray().Count(each => each is not ((byte)'\r' or (byte)'\n'))));
        });

    // Senders write the token behind the word Splunk.
    private static async Task<(int Status, string Text)> SendAsync(RunningIntake intake, string path, string body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(intake.Intake.AddressOf("app"), path));
        request.Content = new StringContent(body, Encoding.UTF8);
        request.Headers.Authorization = new AuthenticationHeaderValue("Splunk", RunningIntake.Token);
        using HttpResponseMessage answer = await intake.Http("app", null).SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
