// The records of `_alerts` as bytes: JSON, always in one spelling, so that the same alert is the same bytes. What is
// read back may have been written by anybody who may append there: it is checked, and null when it is nothing of ours.
// Pure.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LedgerStore.Guard;

/// <summary>Writes and reads the entries of <c>_alerts</c>.</summary>
internal static class AlertJson
{
    public const string ContentType = "application/x-ledgerstore-alert+json";

    private const string Version = "alert/v1";
    private const string StartVersion = "watch/v1";
    private const int StateDigits = 64;

    private static readonly JsonWriterOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Alert alert) => Object(json =>
    {
        json.WriteString("ledgerstore", Version);
        json.WriteString("id", alert.Id);
        json.WriteString("episode", alert.Episode);
        json.WriteString("rule", alert.Rule);
        json.WriteString("state", alert.IsFiring ? "firing" : "resolved");
        json.WriteString("severity", NameOf(alert.Severity));
        json.WriteString("ledger", alert.Ledger);
        json.WriteStartObject("group");
        foreach ((string name, string value) in alert.Group)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteString("at", Micros.Text(alert.At));
        json.WriteString("since", Micros.Text(alert.Since));
        json.WriteString("says", alert.Says);
        json.WriteString("do", alert.Do);
        json.WriteStartObject("cause");
        json.WriteNumber("count", alert.Cause.Count);
        json.WriteStartArray("indexes");
        foreach (ulong index in alert.Cause.Indexes)
        {
            json.WriteNumberValue(index);
        }

        json.WriteEndArray();
        if (alert.Cause.Count > 0)
        {
            json.WriteString("first", Micros.Text(alert.Cause.First));
            json.WriteString("last", Micros.Text(alert.Cause.Last));
        }

        json.WriteEndObject();
        json.WriteString("rules_sha256", alert.RulesSha256);
    });

    public static byte[] Write(WatchStart start) => Object(json =>
    {
        json.WriteString("ledgerstore", StartVersion);
        json.WriteString("ledger", start.Ledger);
        json.WriteNumber("from", start.From);
        json.WriteString("at", Micros.Text(start.At));
        json.WriteStartArray("rules");
        foreach (string rule in start.Rules)
        {
            json.WriteStringValue(rule);
        }

        json.WriteEndArray();
        json.WriteString("rules_sha256", start.RulesSha256);
    });

    /// <summary>An alert or a beginning; null: neither.</summary>
    public static object? Read(ReadOnlySpan<byte> record)
    {
        if (record.Length > GuardLimits.AlertBytesMax)
        {
            return null;
        }

        try
        {
            Utf8JsonReader reader = new(record, new JsonReaderOptions { MaxDepth = 4 });
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.GetProperty("ledgerstore").GetString() switch
            {
                Version => ReadAlert(document.RootElement),
                StartVersion => ReadStart(document.RootElement),
                _ => null,
            };
        }
        catch (Exception none) when (none is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    public static string NameOf(Severity severity) => severity.ToString().ToLowerInvariant();

    private static Alert ReadAlert(JsonElement json)
    {
        JsonElement cause = json.GetProperty("cause");
        ulong count = cause.GetProperty("count").GetUInt64();
        return new Alert
        {
            Id = Hash(json, "id"),
            Episode = Hash(json, "episode"),
            Rule = Text(json, "rule"),
            State = Text(json, "state") switch
            {
                "firing" => AlertState.Firing,
                "resolved" => AlertState.Resolved,
                _ => throw new FormatException(),
            },
            Severity = Enum.TryParse(Text(json, "severity"), ignoreCase: true, out Severity severity)
                && Enum.IsDefined(severity) ? severity : throw new FormatException(),
            Ledger = Text(json, "ledger"),
            Group =
            [
                .. json.GetProperty("group").EnumerateObject()
                    .Select(static one => KeyValuePair.Create(
                        one.Name, one.Value.GetString() ?? throw new FormatException())),
            ],
            At = Time(json, "at"),
            Since = Time(json, "since"),
            Says = Text(json, "says"),
            Do = Text(json, "do"),
            Cause = new AlertCause(
                count,
                [.. cause.GetProperty("indexes").EnumerateArray().Take(GuardLimits.IndexesMax)
                    .Select(static one => one.GetUInt64())],
                count > 0 ? Time(cause, "first") : 0,
                count > 0 ? Time(cause, "last") : 0),
            RulesSha256 = Text(json, "rules_sha256"),
        };
    }

    private static WatchStart ReadStart(JsonElement json) => new(
        Text(json, "ledger"),
        json.GetProperty("from").GetUInt64(),
        Time(json, "at"),
        [.. json.GetProperty("rules").EnumerateArray().Select(
            static one => one.GetString() ?? throw new FormatException())],
        Text(json, "rules_sha256"));

    private static byte[] Object(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException();

    private static string Hash(JsonElement json, string name) =>
        Text(json, name) is { Length: StateDigits } hash && hash.All(char.IsAsciiHexDigitLower)
            ? hash
            : throw new FormatException();

    private static long Time(JsonElement json, string name) =>
        Micros.TryTime(Text(json, name), out long micros) ? micros : throw new FormatException();
}
