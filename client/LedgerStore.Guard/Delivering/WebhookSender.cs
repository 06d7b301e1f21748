// Sends alerts as Alertmanager's webhooks do: JSON of version 4, so that what receives those receives these. Any
// thread.

using System.Buffers;
using System.Text.Json;

namespace LedgerStore.Guard;

/// <summary>A webhook.</summary>
internal sealed class WebhookSender(WebhookTarget target, HttpPost http) : ITarget
{
    private const string Never = "0001-01-01T00:00:00Z";

    public string Name => "webhook " + target.Url.GetLeftPart(UriPartial.Authority);

    public async Task SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellation)
    {
        // A message has one status: what fires and what ended go apart, in their order.
        foreach (Alert alert in alerts)
        {
            await http.SendAsync(target.Url, target.TokenFile, Message(alert), cancellation).ConfigureAwait(false);
        }
    }

    internal static byte[] Message(Alert alert)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("version", "4");
            json.WriteString("groupKey", "ledgerstore/" + alert.Episode);
            json.WriteNumber("truncatedAlerts", 0);
            json.WriteString("status", alert.IsFiring ? "firing" : "resolved");
            json.WriteString("receiver", "ledgerstore");
            AlertLabels.WriteMap(json, "groupLabels", AlertLabels.Labels(alert).Take(1));
            AlertLabels.WriteMap(json, "commonLabels", AlertLabels.Labels(alert));
            AlertLabels.WriteMap(json, "commonAnnotations", AlertLabels.Annotations(alert));
            json.WriteString("externalURL", "");
            json.WriteStartArray("alerts");
            json.WriteStartObject();
            json.WriteString("status", alert.IsFiring ? "firing" : "resolved");
            AlertLabels.WriteMap(json, "labels", AlertLabels.Labels(alert));
            AlertLabels.WriteMap(json, "annotations", AlertLabels.Annotations(alert));
            json.WriteString("startsAt", Micros.Text(alert.Since));
            json.WriteString("endsAt", alert.IsFiring ? Never : Micros.Text(alert.At));
            json.WriteString("generatorURL", "");
            json.WriteString("fingerprint", AlertLabels.Fingerprint(alert));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
