// OpenTelemetry logs in protobuf: each log record becomes JSON as OTLP itself maps it, with its resource and its scope.
// Where that would lose anything (fields of a newer version, text that is no UTF-8) the request is kept beside them as
// it came.
// Pure functions.
using Google.Protobuf;
using LedgerStore.Client;
using LedgerStore.Intake.Otlp;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class OtlpProtobuf
{
    /// <summary>What a request is marked with that is kept as it came.</summary>
    public const string RequestMark = "otlp-request";

    private static readonly MessageParser<ExportLogsRequest> s_known =
        ExportLogsRequest.Parser.WithDiscardUnknownFields(discardUnknownFields: true);

    // What the parser puts in the place of bytes that are no text.
    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    public static List<ParsedEvent> Parse(ReadOnlyMemory<byte> body)
    {
        ExportLogsRequest request;
        bool isWhole;
        try
        {
            // With the fields that this version does not know, it is larger.
            request = s_known.ParseFrom(body.Span);
            isWhole = request.CalculateSize() == ExportLogsRequest.Parser.ParseFrom(body.Span).CalculateSize();
        }
        catch (InvalidProtocolBufferException error)
        {
            return body.IsEmpty ? [] : [Kept(body, $"no OTLP: {error.Message}")];
        }

        ConvertedEvents made = new(body.Length);
        string? problem;
        try
        {
            problem = Convert(request, made);
        }
        catch (InvalidOperationException error)
        {
            // Nested deeper than JSON may be.
            problem = error.Message;
        }

        List<ParsedEvent> events = made.Take();
        isWhole &= problem is null && !events.Exists(each => each.Body.Span.IndexOf(Replacement) >= 0);
        if (!isWhole)
        {
            events.Add(Kept(body, problem) with { Mark = RequestMark });
        }

        return events;
    }

    private static ParsedEvent Kept(ReadOnlyMemory<byte> body, string? problem) =>
        new(body, IntakeForm.Bytes) { Opaque = problem };

    private static string? Convert(ExportLogsRequest request, ConvertedEvents made)
    {
        foreach (ResourceLogs resource in request.ResourceLogs)
        {
            foreach (ScopeLogs scope in resource.ScopeLogs)
            {
                foreach (LogRecord record in scope.LogRecords)
                {
                    if (made.Full is { } full)
                    {
                        return full;
                    }

                    made.Json.WriteStartObject();
                    OtlpJsonWriter.Write(made.Json, resource, scope, record);
                    made.Json.WriteEndObject();
                    made.Seal();
                }
            }
        }

        return null;
    }
}
