// Who did what, when, where, to what, and how it ended: as JSON shaped after the OCSF class API Activity, so that those
// who read it find the names they know.
// Filled by one thread, then only read.

using System.Buffers;
using System.Text.Json;

namespace LedgerStore.Client;

/// <summary>What was done, in OCSF's words for API Activity.</summary>
public enum AuditActivity
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>Something was made.</summary>
    Create = 1,

    /// <summary>Something was looked at.</summary>
    Read = 2,

    /// <summary>Something was changed.</summary>
    Update = 3,

    /// <summary>Something was removed.</summary>
    Delete = 4,

    /// <summary>Something else, which <see cref="AuditEvent.What"/> names.</summary>
    Other = 99,
}

/// <summary>How it ended.</summary>
public enum AuditOutcome
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>It was done.</summary>
    Success = 1,

    /// <summary>It was not.</summary>
    Failure = 2,
}

/// <summary>One audit event. <see cref="ToJson"/> gives the record to append.</summary>
public sealed record AuditEvent
{
    /// <summary>The content type to append it with.</summary>
    public const string ContentType = "application/json";

    private const string SchemaVersion = "1.3.0";
    private const int ApiActivity = 6003;
    private const int ApplicationActivity = 6;
    private const int TypeFactor = 100;
    private const int Informational = 1;
    private const int Low = 2;

    /// <summary>Who: the user, service or certificate that acted.</summary>
    public required string Who { get; init; }

    /// <summary>What: the operation, such as <c>invoice.approve</c> or <c>POST /invoices</c>.</summary>
    public required string What { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset When { get; init; }

    /// <summary>Where from: an address or host name.</summary>
    public string? Where { get; init; }

    /// <summary>What it was done to, such as <c>invoice/4711</c>.</summary>
    public string? Resource { get; init; }

    /// <summary>The kind of the resource.</summary>
    public string? ResourceType { get; init; }

    /// <summary>What kind of operation it was.</summary>
    public AuditActivity Activity { get; init; } = AuditActivity.Other;

    /// <summary>How it ended.</summary>
    public AuditOutcome Outcome { get; init; } = AuditOutcome.Unknown;

    /// <summary>The status code of the operation, such as <c>403</c>.</summary>
    public string? StatusCode { get; init; }

    /// <summary>Why it ended so.</summary>
    public string? Reason { get; init; }

    /// <summary>What ties this event to others of the same request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The service that it happened in.</summary>
    public string? Service { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whatever else is worth keeping; OCSF's <c>unmapped</c>.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The event as UTF-8 JSON.</summary>
    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            Write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the event as a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("class_uid", ApiActivity);
        json.WriteString("class_name", "API Activity");
        json.WriteNumber("category_uid", ApplicationActivity);
        json.WriteNumber("activity_id", (int)Activity);
        json.WriteString("activity_name", Activity.ToString());
        json.WriteNumber("type_uid", (ApiActivity * TypeFactor) + (int)Activity);
        json.WriteNumber("severity_id", Outcome == AuditOutcome.Failure ? Low : Informational);
        json.WriteNumber("time", When.ToUnixTimeMilliseconds());
        json.WriteNumber("status_id", (int)Outcome);
        json.WriteString("status", Outcome.ToString());
        WriteText(json, "status_code", StatusCode);
        WriteText(json, "status_detail", Reason);
        if (Duration is { } duration)
        {
            json.WriteNumber("duration", (long)duration.TotalMilliseconds);
        }

        WriteMetadata(json);
        WriteActor(json);
        WriteApi(json);
        WriteResource(json);
        WriteAttributes(json);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject("metadata");
        json.WriteString("version", SchemaVersion);
        WriteText(json, "correlation_uid", RequestId);
        json.WriteStartObject("product");
        json.WriteString("name", Service ?? "LedgerStore.Client");
        json.WriteString("vendor_name", Service is null ? "LedgerStore" : Service);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteActor(Utf8JsonWriter json)
    {
        json.WriteStartObject("actor");
        json.WriteStartObject("user");
        json.WriteString("name", Who);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("src_endpoint");
        if (System.Net.IPAddress.TryParse(Where, out _))
        {
            json.WriteString("ip", Where);
        }
        else
        {
            WriteText(json, "name", Where);
        }

        json.WriteEndObject();
    }

    private void WriteApi(Utf8JsonWriter json)
    {
        json.WriteStartObject("api");
        json.WriteString("operation", What);
        if (!string.IsNullOrEmpty(RequestId))
        {
            json.WriteStartObject("request");
            json.WriteString("uid", RequestId);
            json.WriteEndObject();
        }

        if (!string.IsNullOrEmpty(Service))
        {
            json.WriteStartObject("service");
            json.WriteString("name", Service);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteResource(Utf8JsonWriter json)
    {
        if (string.IsNullOrEmpty(Resource))
        {
            return;
        }

        json.WriteStartArray("resources");
        json.WriteStartObject();
        json.WriteString("name", Resource);
        WriteText(json, "type", ResourceType);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteAttributes(Utf8JsonWriter json)
    {
        if (Attributes.Count == 0)
        {
            return;
        }

        json.WriteStartObject("unmapped");
        foreach (KeyValuePair<string, string> attribute in Attributes)
        {
            json.WriteString(attribute.Key, attribute.Value);
        }

        json.WriteEndObject();
    }
}
