// What is wrong with the guard itself, or with what it is shown: no entry says so, and no replay finds it again. One
// that begins or ends is an alert too. Guarded by its own lock.

namespace LedgerStore.Guard;

/// <summary>Conditions that are true now.</summary>
internal sealed class Conditions(string rulesSha256, TimeProvider time)
{
    public const string Blind = "guard-blind";
    public const string Violation = "guard-violation";
    public const string Unreadable = "guard-unreadable";
    public const string Undelivered = "guard-undelivered";
    public const string Certificate = "guard-certificate";

    private static readonly string[] s_all = [Blind, Violation, Unreadable, Undelivered, Certificate];

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Rule, string Subject), Alert> _open = [];

    /// <summary>Takes over what another process said and did not take back.</summary>
    public void Restore(IEnumerable<Alert> open)
    {
        lock (_gate)
        {
            foreach (Alert alert in open.Where(static one => s_all.Contains(one.Rule) && one.Group.Count == 1))
            {
                _open[(alert.Rule, alert.Group[0].Value)] = alert;
            }
        }
    }

    public static bool IsOne(string rule) => s_all.Contains(rule);

    /// <summary>Says how it is.</summary>
    /// <param name="subject">A ledger, or a target.</param>
    /// <param name="says">What is wrong; null: nothing.</param>
    /// <returns>The alert, if that is news.</returns>
    public Alert? Set(string rule, Severity severity, string subject, string? says, string advice)
    {
        lock (_gate)
        {
            bool wasWrong = _open.TryGetValue((rule, subject), out Alert? before);
            if (wasWrong == says is not null)
            {
                return null;
            }

            long now = Micros.Of(time.GetUtcNow());
            AlertState state = says is null ? AlertState.Resolved : AlertState.Firing;
            string id = Alert.IdOf(rule, "", [subject], state, now, 0);
            Alert alert = new()
            {
                Id = id,
                Episode = before?.Episode ?? id,
                Rule = rule,
                State = state,
                Severity = severity,
                Ledger = rule is Undelivered or Certificate ? AlertProducer.Ledger : subject,
                Group = [KeyValuePair.Create("subject", subject)],
                At = now,
                Since = before?.Since ?? now,
                Says = says ?? "over: " + before!.Says,
                Do = says is null ? "Nothing more." : advice,
                Cause = AlertCause.None,
                RulesSha256 = rulesSha256,
            };
            _ = says is null ? _open.Remove((rule, subject)) : _open.TryAdd((rule, subject), alert);
            return alert;
        }
    }
}
