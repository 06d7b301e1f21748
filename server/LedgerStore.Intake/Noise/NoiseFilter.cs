// Decides which events of a source are left out; what cannot be read never is. Any thread: a request borrows a scanner.
// An event with an id is in a sample or not whenever it comes; others are counted over all requests.
using System.Collections.Concurrent;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Noise;

internal sealed class NoiseFilter(NoiseRules rules)
{
    private readonly ConcurrentBag<FieldScanner> _scanners = [];

    // How many events without ids each rule was about, so that samples are one of so many exactly.
    private readonly long[] _seen = new long[rules.Rules.Length];

    /// <summary>The events that are kept, in their order.</summary>
    /// <param name="dropped">How many are left out, by rule; it is added to.</param>
    public IReadOnlyList<ParsedEvent> Keep(IReadOnlyList<ParsedEvent> events, Dictionary<string, long> dropped)
    {
        FieldScanner scanner = _scanners.TryTake(out FieldScanner? used) ? used : new FieldScanner(rules.Spec);
        List<ParsedEvent> kept = new(events.Count);
        foreach (ParsedEvent each in events)
        {
            if (DroppedBy(scanner, each) is { } rule)
            {
                dropped[rule] = dropped.GetValueOrDefault(rule) + 1;
            }
            else
            {
                kept.Add(each);
            }
        }

        _scanners.Add(scanner);
        return kept;
    }

    /// <summary>The rule that leaves an event out; null: it is kept.</summary>
    private string? DroppedBy(FieldScanner scanner, in ParsedEvent what)
    {
        if (what.Opaque is not null || what.Form != IntakeForm.Json)
        {
            return null;
        }

        scanner.ScanRecord(what.Body.Span, receivedMicros: null);
        for (int i = 0; i < rules.Rules.Length; i++)
        {
            NoiseRule rule = rules.Rules[i];
            if (rule.About.Match(scanner.Values) == Verdict.Yes)
            {
                return rule.OneOf > 0 && Number(i, what.Id) % rule.OneOf == 0 ? null : rule.Name;
            }
        }

        return null;
    }

    private long Number(int rule, string? id) => id is { Length: > 0 }
        ? Crc32C.Compute(Encoding.UTF8.GetBytes(id))
        : Interlocked.Increment(ref _seen[rule]) - 1;
}
