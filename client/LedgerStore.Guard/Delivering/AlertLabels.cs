// An alert as Alertmanager and its webhooks name it: labels that say which it is, annotations for people. Pure.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LedgerStore.Guard;

/// <summary>Labels and annotations.</summary>
internal static class AlertLabels
{
    /// <summary>The same for firing and resolving.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Labels(Alert alert) =>
    [
        KeyValuePair.Create("alertname", alert.Rule),
        KeyValuePair.Create("severity", AlertJson.NameOf(alert.Severity)),
        KeyValuePair.Create("ledger", alert.Ledger),
        .. alert.Group.Where(static one => one.Value.Length > 0)
            .Select(static one => KeyValuePair.Create(NameOf(one.Key), one.Value)),
    ];

    public static IEnumerable<KeyValuePair<string, string>> Annotations(Alert alert) =>
    [
        KeyValuePair.Create("summary", alert.Says),
        KeyValuePair.Create("description", alert.Do),
        KeyValuePair.Create("alert_id", alert.Id),
        KeyValuePair.Create("cause", CauseText(alert.Cause)),
    ];

    /// <summary>A short name for the labels, as receivers want it.</summary>
    public static string Fingerprint(Alert alert) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\0', Labels(alert).Select(static one => one.Key + "\0" + one.Value))))[..8]);

    /// <summary>3 entries: 5, 7, 9</summary>
    public static string CauseText(AlertCause cause) => cause.Count == 0 ? "no entry" : string.Create(
        CultureInfo.InvariantCulture,
        $"{cause.Count} {(cause.Count == 1 ? "entry" : "entries")}: {string.Join(", ", cause.Indexes)}");

    public static void WriteMap(
        Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> values)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in values)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static string NameOf(string field) =>
        "by_" + string.Concat(field.Select(static c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));
}
