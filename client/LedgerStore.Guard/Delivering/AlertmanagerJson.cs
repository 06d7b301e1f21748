// The body of POST /api/v2/alerts. Pure.

using System.Buffers;
using System.Text.Json;

namespace LedgerStore.Guard;

/// <summary>Writes what Alertmanager takes.</summary>
internal static class AlertmanagerJson
{
    /// <param name="firingUntil">When one that fires counts as over, if it is not sent again.</param>
    public static byte[] Write(IEnumerable<Alert> alerts, long firingUntil)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (Alert alert in alerts)
            {
                json.WriteStartObject();
                AlertLabels.WriteMap(json, "labels", AlertLabels.Labels(alert));
                AlertLabels.WriteMap(json, "annotations", AlertLabels.Annotations(alert));
                json.WriteString("startsAt", Micros.Text(alert.Since));
                json.WriteString("endsAt", Micros.Text(alert.IsFiring ? firingUntil : alert.At));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
