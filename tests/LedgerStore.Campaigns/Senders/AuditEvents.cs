// Events of Kubernetes' audit webhook, made of KubernetesClient's types and written by its serializer: users, objects,
// references and times are those of the client; it has no type for the event around them. Pure.
using System.Text;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace LedgerStore.Campaigns.Senders;

/// <summary>audit.k8s.io/v1.</summary>
internal static class AuditEvents
{
    /// <summary>An event, with the names and the order that an API server writes.</summary>
    public sealed record AuditEvent(
        [property: JsonPropertyName("kind")] string Kind,
        [property: JsonPropertyName("apiVersion")] string ApiVersion,
        [property: JsonPropertyName("level")] string Level,
        [property: JsonPropertyName("auditID")] string AuditId,
        [property: JsonPropertyName("stage")] string Stage,
        [property: JsonPropertyName("requestURI")] string RequestUri,
        [property: JsonPropertyName("verb")] string Verb,
        [property: JsonPropertyName("user")] V1UserInfo User,
        [property: JsonPropertyName("sourceIPs")] string[] SourceIPs,
        [property: JsonPropertyName("objectRef")] V1ObjectReference ObjectRef,
        [property: JsonPropertyName("responseStatus")] AuditStatus ResponseStatus,
        [property: JsonPropertyName("requestObject")] V1ConfigMap RequestObject,
        [property: JsonPropertyName("requestReceivedTimestamp")] DateTime RequestReceivedTimestamp,
        [property: JsonPropertyName("stageTimestamp")] DateTime StageTimestamp);

    /// <summary>The client reads its own type of this, and does not write it.</summary>
    public sealed record AuditStatus(
        [property: JsonPropertyName("metadata")] V1ListMeta Metadata,
        [property: JsonPropertyName("code")] int Code);

    public sealed record AuditEventList(
        [property: JsonPropertyName("kind")] string Kind,
        [property: JsonPropertyName("apiVersion")] string ApiVersion,
        [property: JsonPropertyName("metadata")] V1ListMeta Metadata,
        [property: JsonPropertyName("items")] AuditEvent[] Items);

    public static byte[] List(int first, int count) => Encoding.UTF8.GetBytes(KubernetesJson.Serialize(
        new AuditEventList(
            "EventList", "audit.k8s.io/v1", new V1ListMeta(),
            [.. Enumerable.Range(first, count).Select(Event)])));

    private static AuditEvent Event(int number)
    {
        DateTime at = DateTime.UnixEpoch.AddSeconds(number);
        V1ConfigMap map = new()
        {
            Metadata = new V1ObjectMeta { Name = "settings", NamespaceProperty = "shop", CreationTimestamp = at },
            Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["number"] = $"#{number}#" },
        };
        return new AuditEvent(
            "Event", "audit.k8s.io/v1", "Request", $"00000000-0000-4000-8000-{number:D12}", "ResponseComplete",
            "/api/v1/namespaces/shop/configmaps/settings", "update",
            new V1UserInfo
            {
                Username = "system:serviceaccount:shop:deployer",
                Groups = ["system:serviceaccounts", "system:authenticated"],
                Uid = "7",
            },
            ["192.0.2.7"],
            new V1ObjectReference
            {
                Kind = "configmaps",
                NamespaceProperty = "shop",
                Name = "settings",
                ApiVersion = "v1",
            },
            new AuditStatus(new V1ListMeta(), 200),
            map, at, at.AddMilliseconds(3));
    }
}
