// The shipped profiles find in real records what their names say: one record of each format.

using System.Text;
using LedgerStore.Client;
using LedgerStore.Fields;
using Xunit;

namespace LedgerStore.Tests.Fields;

public sealed class SpecProfileTests
{
    [Fact]
    public void The_profile_ocsf_reads_what_the_client_library_writes()
    {
        AuditEvent written = new()
        {
            Who = "anna",
            What = "invoice.delete",
            Resource = "invoice/7",
            Where = "10.0.0.7",
            Outcome = AuditOutcome.Failure,
            RequestId = "r-1",
            When = DateTimeOffset.UnixEpoch,
        };
        AssertAnswers("ocsf", Encoding.UTF8.GetString(written.ToJson()),
            "who=anna", "what=invoice.*", "resource=invoice/7", "where=10.0.0.7", "outcome=failure", "request=r-1",
            "when=1970-01-01T00:00:00Z");
    }

    [Fact]
    public void The_profile_k8s_reads_an_audit_event() => AssertAnswers("k8s", """
        {"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a-1","stage":"ResponseComplete",
        "requestURI":"/api/v1/namespaces/pay/secrets/db","verb":"get",
        "user":{"username":"system:serviceaccount:pay:web","groups":["system:authenticated"]},
        "sourceIPs":["10.0.0.9"],"objectRef":{"resource":"secrets","namespace":"pay","name":"db"},
        "responseStatus":{"metadata":{},"code":403},"requestReceivedTimestamp":"2026-01-31T10:00:00.123456Z",
        "annotations":{"authorization.k8s.io/decision":"forbid"}}
        """,
        "who=system:serviceaccount:*", "what=get", "resource=secrets", "namespace=pay", "name=db", "uri=/api/*",
        "where=10.0.0.9", "outcome>=400", "decision=forbid", "request=a-1", "when=2026-01-31T10:00:00.123456Z");

    [Fact]
    public void The_profile_cloudevents_reads_an_event() => AssertAnswers("cloudevents", """
        {"specversion":"1.0","id":"e-1","source":"/billing/eu","type":"com.example.invoice.paid","subject":"invoice/7",
        "time":"2026-01-31T10:00:00Z","data":{"user":"anna","outcome":"ok"}}
        """,
        "who=anna", "what=com.example.*", "resource=invoice/*", "where=/billing/*", "outcome=ok", "request=e-1",
        "when>2026-01-01T00:00:00Z");

    [Fact]
    public void The_profile_ecs_reads_a_document() => AssertAnswers("ecs", """
        {"@timestamp":"2026-01-31T10:00:00Z","user":{"name":"anna"},"event":{"action":"file.read","outcome":"failure",
        "id":"e-1"},"file":{"path":"/etc/passwd"},"source":{"ip":"2001:DB8::1"}}
        """,
        "who=anna", "what=file.*", "resource=/etc/*", "where=2001:db8:0::1", "outcome=failure", "request=e-1",
        "when=2026-01-31T10:00:00Z");

    [Fact]
    public void The_profile_hoop_reads_an_event() => AssertAnswers("hoop", """
        {"occurred_at":"2026-01-31T10:00:00Z","user":"anna","event_type":"session.open","connection":"db/prod",
        "client_ip":"10.0.0.7","allowed":false,"session_id":"s-1"}
        """,
        "who=anna", "what=session.*", "resource=db/prod", "where=10.0.0.7", "outcome=false", "request=s-1",
        "when=2026-01-31T10:00:00Z");

    private static void AssertAnswers(string profile, string record, params string[] clauses)
    {
        IndexSpec spec = SpecProfile.Find(profile)!;
        FieldScanner scanner = new(spec);
        Assert.True(scanner.TryScan(EntryMaker.Entry(record)));
        Assert.Equal(OpaqueReason.None, scanner.Values.Opaque);
        Assert.All(clauses, clause => Assert.True(
            BoundClause.Bind(spec, Clause.Parse(clause)).Match(scanner.Values) == Verdict.Yes, clause));
        string[] asked = [.. clauses.Select(static clause => Clause.Parse(clause).Field).Append("as").Distinct()];
        Assert.All(spec.Fields.Skip(OwnField.Count), field => Assert.Contains(field.Name, asked));
    }
}
