// OpenTelemetry logs, sent by the exporter of .NET over HTTP and gRPC, and by hand where an answer is to be seen.

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;
using LedgerStore.Client;
using LedgerStore.Intake.Otlp;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using Xunit;
using LogRecord = LedgerStore.Intake.Otlp.LogRecord;
using Resource = LedgerStore.Intake.Otlp.Resource;
using Status = Google.Rpc.Status;

namespace LedgerStore.Tests.Intake;

public sealed class OtlpIntakeTests
{
    internal const string Tls = """
        tls: { certificate: server.pem, key: server.key, client_ca: ca.pem }
        sources:
          app:
            kind: otlp
            ledger: demo
            listen: 127.0.0.1:0
            auth: { certificates: ["spiffe://example.org/sender"] }

        """;

    [Theory]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    [InlineData(OtlpExportProtocol.Grpc)]
    public async Task The_exporter_of_net_writes_into_the_ledger(OtlpExportProtocol protocol)
    {
        await using RunningIntake intake = await RunningIntake.StartAsync(Tls);
        using (ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("shop", serviceInstanceId: "1"));
            logs.IncludeFormattedMessage = true;
            logs.AddOtlpExporter((otlp, _) =>
            {
                otlp.Protocol = protocol;
                Uri address = intake.Intake.AddressOf("app");
                otlp.Endpoint = protocol == OtlpExportProtocol.Grpc ? address : new Uri(address, "/v1/logs");
                otlp.TimeoutMilliseconds = 300_000;
                otlp.HttpClientFactory = () => new HttpClient(
                    new SocketsHttpHandler { SslOptions = HttpIntakeTests.TlsOf("sender") });
            });
        })))
        {
            ILogger logger = logging.CreateLogger("orders");
            for (int i = 0; i < 50; i++)
            {
                logger.Log(LogLevel.Warning, new EventId(i, "sold"), "{Who} bought {Count}", ["anna", i]);
            }
        }

        List<IntakeRecord> records = await intake.RecordsAsync();
        Assert.Equal(50, records.Count);
        using JsonDocument first = JsonDocument.Parse(records[7].Bytes);
        Assert.Equal("spiffe://example.org/sender", records[7].Sender);
        Assert.Equal("service.name", first.RootElement.GetProperty("resource").GetProperty("attributes")[0]
            .GetProperty("key").GetString());
        Assert.Equal("orders", first.RootElement.GetProperty("scope").GetProperty("name").GetString());
        JsonElement log = first.RootElement.GetProperty("log");
        Assert.Equal("anna bought 7", log.GetProperty("body").GetProperty("stringValue").GetString());
        Assert.Equal(13, log.GetProperty("severityNumber").GetInt32());
        Assert.All(records, each => Assert.Null(each.Opaque));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-protobuf")]
    public async Task A_request_by_hand_is_answered_in_its_own_encoding(string type)
    {
        await using RunningIntake intake = await RunningIntake.StartAsync("otlp", "duplicates: body");
        byte[] body = type == "application/json" ? Encoding.UTF8.GetBytes(Json) : Sample().ToByteArray();
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage good = await SendAsync(intake, RunningIntake.Token, body, type);
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
            Assert.Equal(type, good.Content.Headers.ContentType?.MediaType);
        }

        using HttpResponseMessage refused = await SendAsync(intake, "wrong", body, type);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Status status = type == "application/json"
            ? Status.Parser.ParseJson(await refused.Content.ReadAsStringAsync())
            : Status.Parser.ParseFrom(await refused.Content.ReadAsByteArrayAsync());
        Assert.Equal((int)Code.Unauthenticated, status.Code);
        Assert.Equal(2, (await intake.RecordsAsync()).Count);
        Assert.Equal(2, intake.Counters.Duplicate);
    }

    [Fact]
    public void Protobuf_becomes_the_json_of_the_specification()
    {
        List<ParsedEvent> events = OtlpProtobuf.Parse(Sample().ToByteArray());
        Assert.Equal(2, events.Count);
        Assert.Equal(
            "{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]},"
            + "\"scope\":{\"name\":\"lib\"},\"log\":{\"timeUnixNano\":\"1700000000000000001\",\"severityNumber\":9,"
            + "\"body\":{\"kvlistValue\":{\"values\":[{\"key\":\"n\",\"value\":{\"intValue\":\"-7\"}},"
            + "{\"key\":\"b\",\"value\":{\"bytesValue\":\"AQI=\"}},"
            + "{\"key\":\"d\",\"value\":{\"doubleValue\":\"NaN\"}}]}},"
            + "\"traceId\":\"0102\"}}",
            Encoding.UTF8.GetString(events[0].Body.Span));
        Assert.All(events, Fuzz.CheckForm);
    }

    [Fact]
    public void What_json_would_lose_is_kept_as_it_came()
    {
        // A field that this version does not know; and text that is no UTF-8.
        byte[] newer = [.. Sample().ToByteArray(), 0xfa, 0x3f, 1, 7];
        byte[] strange = [0x0a, 0x0a, 0x12, 0x08, 0x12, 0x06, 0x1a, 0x01, 0xff, 0x2a, 0x01, 0x0a];
        foreach (byte[] body in new[] { newer, strange, "no protobuf"u8.ToArray() })
        {
            ParsedEvent last = OtlpProtobuf.Parse(body)[^1];
            Assert.Equal((IntakeForm.Bytes, true), (last.Form, last.Body.Span.SequenceEqual(body)));
        }

        ParsedEvent more = OtlpJson.Parse("{\"resourceLogs\":[],\"newer\":1}"u8.ToArray())[^1];
        Assert.Equal(OtlpProtobuf.RequestMark, more.Mark);
    }

    [Fact]
    public void A_small_request_cannot_become_much()
    {
        ExportLogsRequest request = Sample();
        request.ResourceLogs[0].Resource.Attributes[0].Value.StringValue = new string('x', 100_000);
        for (int i = 0; i < 5000; i++)
        {
            request.ResourceLogs[0].ScopeLogs[0].LogRecords.Add(new LogRecord());
        }

        byte[] body = request.ToByteArray();
        List<ParsedEvent> events = OtlpProtobuf.Parse(body);
        Assert.InRange(events.Sum(each => (long)each.Body.Length), 1_000_000, 5_000_000);
        Assert.Equal(body, events[^1].Body.ToArray());
        Assert.Contains("have more than", events[^1].Opaque, StringComparison.Ordinal);
    }

    /// <summary>A request of as many records as there may be: looking for its resource in each of them would take
    /// hours.</summary>
    [Fact]
    public void A_request_with_very_many_records_is_read_once()
    {
        const int count = 50_000;
        string body = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":["
            + string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"body\":{{\"stringValue\":\"{i}\"}}}}"))
            + "],\"scope\":{\"name\":\"s\"}}],\"resource\":{\"a\":1}}]}";
        List<ParsedEvent> events = OtlpJson.Parse(Encoding.UTF8.GetBytes(body));
        Assert.Equal(count, events.Count);
        Assert.Equal(
            "{\"resource\":{\"a\":1},\"scope\":{\"name\":\"s\"},\"log\":{\"body\":{\"stringValue\":\"49999\"}}}",
            Encoding.UTF8.GetString(events[^1].Body.Span));
    }

    [Fact]
    public void Json_is_kept_byte_for_byte()
    {
        List<ParsedEvent> events = OtlpJson.Parse(Encoding.UTF8.GetBytes(Json));
        Assert.Equal(
            [
                "{\"resource\":{\"attributes\":[]},\"scope\":{\"name\":\"lib\"},\"log\":{\"timeUnixNano\": \"1\"}}",
                "{\"resource\":{\"attributes\":[]},\"scope\":{\"name\":\"lib\"},"
                + "\"log\":{\"body\":{\"stringValue\":\"x\"}}}",
            ],
            events.Select(each => Encoding.UTF8.GetString(each.Body.Span)));
    }

    [Fact]
    public void Whatever_is_sent_it_has_events_that_can_be_stored()
    {
        byte[][] examples = [Sample().ToByteArray(), []];
        Fuzz.Run(examples, body => Check(OtlpProtobuf.Parse(body), () =>
            ExportLogsRequest.Parser.ParseFrom(body).ResourceLogs.Any(
                resource => resource.ScopeLogs.Any(scope => scope.LogRecords.Count > 0))));
        Fuzz.Run([Json, " {\"resourceLogs\":{},\"\\ud800\":1}", "{}"], body => Check(
            OtlpJson.Parse(body), () => !JsonScan.IsBlank(body) && HasRecords(JsonDocument.Parse(body).RootElement)));
    }

    private const string Json = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\": \"1\"},"
        + "{\"body\":{\"stringValue\":\"x\"}}],\"scope\":{\"name\":\"lib\"}}],\"resource\":{\"attributes\":[]}}]}";

    private static void Check(List<ParsedEvent> events, Func<bool> hasRecords)
    {
        Assert.All(events, Fuzz.CheckForm);
        Assert.True(events.Count > 0 || !hasRecords(), "nothing is left of it");
    }

    private static bool HasRecords(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().Any(HasRecords),
        JsonValueKind.Object => json.EnumerateObject().Any(each => HasRecords(each.Value)
            || (each.Name == "logRecords" && each.Value.ValueKind == JsonValueKind.Array
                && each.Value.GetArrayLength() > 0)),
        _ => false,
    };

    private static ExportLogsRequest Sample()
    {
        LogRecord record = new()
        {
            TimeUnixNano = 1_700_000_000_000_000_001,
            SeverityNumber = 9,
            Body = new AnyValue { KvlistValue = new KeyValueList() },
            TraceId = ByteString.CopyFrom(1, 2),
        };
        record.Body.KvlistValue.Values.Add(new KeyValue { Key = "n", Value = new AnyValue { IntValue = -7 } });
        record.Body.KvlistValue.Values.Add(
            new KeyValue { Key = "b", Value = new AnyValue { BytesValue = ByteString.CopyFrom(1, 2) } });
        record.Body.KvlistValue.Values.Add(
            new KeyValue { Key = "d", Value = new AnyValue { DoubleValue = double.NaN } });
        ScopeLogs scope = new() { Scope = new Scope { Name = "lib" } };
        scope.LogRecords.Add(record);
        scope.LogRecords.Add(new LogRecord { SeverityText = "INFO" });
        ResourceLogs resource = new() { Resource = new Resource() };
        resource.Resource.Attributes.Add(
            new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = "shop" } });
        resource.ScopeLogs.Add(scope);
        ExportLogsRequest request = new();
        request.ResourceLogs.Add(resource);
        return request;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        RunningIntake intake, string token, byte[] body, string type)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await intake.Http("app", token).PostAsync(
            new Uri(intake.Intake.AddressOf("app"), "/v1/logs"), content);
    }
}
