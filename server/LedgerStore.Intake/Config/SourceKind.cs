// The kinds of senders that the intake understands, and how each is called in intake.yaml. Constants.
namespace LedgerStore.Intake.Config;

internal enum SourceKind
{
    /// <summary>JSON by POST: one event, an array, or lines.</summary>
    Json,

    /// <summary>The webhook of a Kubernetes API server: EventList of audit.k8s.io/v1.</summary>
    Kubernetes,

    /// <summary>CloudEvents over HTTP.</summary>
    CloudEvents,

    /// <summary>What speaks to Splunk's HTTP Event Collector.</summary>
    Splunk,

    /// <summary>OpenTelemetry logs.</summary>
    Otlp,

    /// <summary>Syslog over TLS.</summary>
    Syslog,

    /// <summary>What auditd's audisp-remote sends, over TLS.</summary>
    Audisp,

    /// <summary>A file that another program appends lines to.</summary>
    File,
}

internal static class SourceKinds
{
    private static readonly Dictionary<string, SourceKind> s_words = new(StringComparer.Ordinal)
    {
        ["json"] = SourceKind.Json,
        ["kubernetes"] = SourceKind.Kubernetes,
        ["cloudevents"] = SourceKind.CloudEvents,
        ["splunk"] = SourceKind.Splunk,
        ["otlp"] = SourceKind.Otlp,
        ["syslog"] = SourceKind.Syslog,
        ["audisp"] = SourceKind.Audisp,
        ["file"] = SourceKind.File,
    };

    /// <summary>The words for them.</summary>
    public static IReadOnlyCollection<string> Words => s_words.Keys;

    public static SourceKind? Of(string word) => s_words.TryGetValue(word, out SourceKind kind) ? kind : null;

    public static string WordOf(SourceKind kind) => s_words.First(pair => pair.Value == kind).Key;

    /// <summary>Whether it is served under a path of an address that others may share.</summary>
    public static bool IsHttp(this SourceKind kind) =>
        kind is not (SourceKind.Syslog or SourceKind.Audisp or SourceKind.File);
}
