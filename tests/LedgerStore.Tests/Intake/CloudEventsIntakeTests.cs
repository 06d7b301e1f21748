// CloudEvents over HTTP in all three modes, sent by the SDK of .NET; the handshake; and what is no event.

using System.Net;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.Http;
using CloudNative.CloudEvents.SystemTextJson;
using LedgerStore.Client;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Xunit;

namespace LedgerStore.Tests.Intake;

public sealed class CloudEventsIntakeTests
{
    private static readonly JsonEventFormatter s_format = new();

    [Fact]
    public async Task Events_of_the_sdk_are_stored_once_in_every_mode()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("cloudevents", "");
        for (int i = 0; i < 2; i++)
        {
            await SendAsync(intake, Event("a").ToHttpContent(ContentMode.Binary, s_format));
            await SendAsync(intake, Event("b").ToHttpContent(ContentMode.Structured, s_format));
            await SendAsync(intake, new[] { Event("c"), Event("d") }.ToHttpContent(s_format));
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(["a", "b", "c", "d"], records.Select(each => each.Id![^1..]));
        Assert.Equal("https://example.org/shop#a", records[0].Id);
        Assert.Equal(4, intake.Counters.Duplicate);
        foreach (IntakeRecord record in records)
        {
            using JsonDocument document = JsonDocument.Parse(record.Bytes);
            Assert.Equal("org.example.sold", document.RootElement.GetProperty("type").GetString());
            Assert.Equal("Bücher, 50 % ab", document.RootElement.GetProperty("subject").GetString());
            Assert.Equal(7, document.RootElement.GetProperty("data").GetProperty("amount").GetInt32());
            Assert.Null(record.Opaque);
        }
    }

    [Fact]
    public async Task The_handshake_of_webhooks_is_answered()
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("cloudevents", "");
        using HttpRequestMessage request = new(HttpMethod.Options, (Uri?)null);
        request.Headers.Add("WebHook-Request-Origin", "events.example.org");
        using HttpResponseMessage answer = await intake.Http().SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("events.example.org", answer.Headers.GetValues("WebHook-Allowed-Origin").Single());
        Assert.Equal("*", answer.Headers.GetValues("WebHook-Allowed-Rate").Single());
        Assert.Contains("POST", answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("application/json", "{\"a\":1}", "\"data\":{\"a\":1}")]
    [InlineData("text/plain", "hällo", "\"data\":\"hällo\"")]
    [InlineData("application/json", "{\"a\"", "\"data_base64\":\"eyJhIg==\"")]
    [InlineData("application/octet-stream", "\u0001", "\"data_base64\":\"AQ==\"")]
    [InlineData(null, "", "\"type\":\"t\"}")]
    public void Data_of_the_binary_mode_is_mapped_as_the_specification_says(string? type, string data, string expected)
    {
        ParsedEvent only = CloudEventHeaders.Parse(Headers(("ce-type", "t")), type, Encoding.UTF8.GetBytes(data));
        Assert.Contains(expected, Encoding.UTF8.GetString(only.Body.Span), StringComparison.Ordinal);
        Assert.Null(only.Opaque);
        Fuzz.CheckForm(only);
    }

    [Theory]
    [InlineData("B%C3%BCcher")]
    [InlineData("B\u00fccher")]
    [InlineData("B\u00c3\u00bccher")]
    public async Task A_header_is_read_however_its_sender_writes_it(string letters)
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("cloudevents", "");
        using System.Net.Sockets.TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", intake.Intake.AddressOf("app").Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(
            $"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {RunningIntake.Token}\r\nce-specversion: 1.0\r\n"
            + $"ce-id: 1\r\nce-source: s\r\nce-type: t\r\nce-subject: {letters}\r\nContent-Length: 0\r\n\r\n"));
        using StreamReader answer = new(client.GetStream());
        Assert.Equal("HTTP/1.1 204 No Content", await answer.ReadLineAsync());
        Assert.Contains(
            "\"subject\":\"B\u00fccher\"", RunningIntake.TextOf(Assert.Single(await intake.RecordsAsync())),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_without_what_it_needs_is_stored_and_says_so()
    {
        ParsedEvent only = Assert.Single(CloudEvents.Parse("{\"specversion\":\"1.0\",\"id\":\"1\"}"u8.ToArray()));
        Assert.Contains("needs id, source", only.Opaque, StringComparison.Ordinal);
        Assert.Null(only.Id);
    }

    [Fact]
    public void Whatever_is_sent_it_is_an_event_that_can_be_stored()
    {
        Fuzz.Run(
            [
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\"}",
                "[{\"id\":\"\\ud800\"}]", "[{\"i\\ud800\":1,\"id\":\"1\"}]",
            ],
            body => Fuzz.CheckCovered(body, CloudEvents.Parse(body), " \t\r\n,[]"u8));
        Fuzz.Run(["1.0", "%C3%A4", "\"q\"", "%", "text/plain", "application/json", "{\"a\":1}"], body =>
        {
            string text = Encoding.Latin1.GetString(body);
            Fuzz.CheckForm(CloudEventHeaders.Parse(Headers(("ce-" + text, text), ("ce-type", text)), text, body));
        });
    }

    private static List<KeyValuePair<string, string>> Headers(params (string Name, string Value)[] more) =>
    [
        KeyValuePair.Create("ce-specversion", "1.0"), KeyValuePair.Create("ce-id", "1"),
        KeyValuePair.Create("ce-source", "s"),
        .. more.Select(each => KeyValuePair.Create(each.Name, each.Value)),
    ];

    private static CloudEvent Event(string id) => new()
    {
        Id = id,
        Source = new Uri("https://example.org/shop"),
        Type = "org.example.sold",
        Subject = "Bücher, 50 % ab",
        Time = DateTimeOffset.UnixEpoch,
        DataContentType = MediaTypeNames.Application.Json,
        Data = new { amount = 7 },
    };

    private static async Task SendAsync(RunningIntake intake, HttpContent content)
    {
        using HttpResponseMessage answer = await intake.Http().PostAsync((Uri?)null, content);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        content.Dispose();
    }
}
