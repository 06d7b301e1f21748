// Specs for formats that are in use, so that a ledger needs one word and not twenty paths. The first path at which a
// record has a value counts. Shipped ones never change: their ids are in index ledgers. Constants.

namespace LedgerStore.Fields;

/// <summary>Ready specs: their names, and their texts.</summary>
internal static class SpecProfile
{
    /// <summary>OCSF API Activity, as the client library's AuditEvent writes it.</summary>
    private const string Ocsf = IndexSpec.Header + """

        field who text
        path actor.user.name
        path actor.user.uid
        path actor.app_name
        field what text prefix=./:
        path api.operation
        field resource text prefix=./:
        path resources[*].name
        path resources[*].uid
        field where ip
        path src_endpoint.ip
        path src_endpoint.name
        field outcome text fold
        path status
        path status_id
        field request id
        path api.request.uid
        path metadata.correlation_uid
        field when time unit=ms
        path time

        """;

    /// <summary>Kubernetes audit.k8s.io/v1.</summary>
    private const string Kubernetes = IndexSpec.Header + """

        field who text prefix=:
        path user.username
        field as text prefix=:
        path impersonatedUser.username
        field what text
        path verb
        field resource text
        path objectRef.resource
        field namespace text
        path objectRef.namespace
        field name text
        path objectRef.name
        field uri text prefix=/
        path requestURI
        field where ip
        path sourceIPs[*]
        field outcome number
        path responseStatus.code
        field decision id
        path annotations["authorization.k8s.io/decision"]
        field request id
        path auditID
        field when time unit=us
        path requestReceivedTimestamp
        path stageTimestamp

        """;

    /// <summary>CloudEvents 1.0 in JSON.</summary>
    private const string CloudEvents = IndexSpec.Header + """

        field who text
        path authid
        path data.user
        path data.actor
        field what text prefix=./:
        path type
        field resource text prefix=./:
        path subject
        field where text prefix=./:
        path source
        field outcome id
        path data.outcome
        path data.status
        field request id
        path id
        field when time unit=ms
        path time

        """;

    /// <summary>Elastic Common Schema.</summary>
    private const string Ecs = IndexSpec.Header + """

        field who text
        path user.name
        path user.id
        field what text prefix=./:
        path event.action
        field resource text prefix=./:
        path url.path
        path file.path
        field where ip
        path source.ip
        path client.ip
        field outcome id
        path event.outcome
        field request id
        path event.id
        path trace.id
        field when time unit=ms
        path @timestamp

        """;

    /// <summary>Events of hoop, the access gateway.</summary>
    private const string Hoop = IndexSpec.Header + """

        field who text
        path user
        path principal
        field what text prefix=./:
        path event_type
        path verb
        path operation
        field resource text prefix=./:
        path connection
        path tables[*]
        field where ip
        path source
        path client_ip
        field outcome id
        path exit_code
        path allowed
        field request id
        path session_id
        field when time unit=ms
        path occurred_at
        path timestamp

        """;

    private static readonly Dictionary<string, string> s_texts = new(StringComparer.Ordinal)
    {
        ["ocsf"] = Ocsf,
        ["k8s"] = Kubernetes,
        ["cloudevents"] = CloudEvents,
        ["ecs"] = Ecs,
        ["hoop"] = Hoop,
    };

    public static IEnumerable<string> Names => s_texts.Keys;

    /// <summary>The spec of a profile; null when there is none of this name.</summary>
    public static IndexSpec? Find(string name) =>
        s_texts.TryGetValue(name, out string? text) ? IndexSpec.Parse(text) : null;
}
