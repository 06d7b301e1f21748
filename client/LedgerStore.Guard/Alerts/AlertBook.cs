// What the ledger `_alerts` says so far: which alerts are there, which still fire, from where on each ledger is
// watched. Filled in order by whoever reads or appends there; guarded by its own lock.

using System.Globalization;
using LedgerStore.Client;

namespace LedgerStore.Guard;

/// <summary>The alerts that are durable.</summary>
internal sealed class AlertBook
{
    /// <summary>As many of the last alerts are kept whole, for targets that did not get them.</summary>
    private const int KeptMax = 10_000;

    private readonly Lock _gate = new();
    private readonly HashSet<UInt128> _ids = [];
    private readonly Dictionary<string, Alert> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, RuleStart>> _starts = new(StringComparer.Ordinal);
    private readonly Queue<(ulong Index, Alert Alert)> _last = new();

    /// <summary>The index that comes next.</summary>
    public ulong Next { get; private set; }

    /// <summary>The producer's last number.</summary>
    public ulong LastSequence { get; private set; }

    /// <summary>Alerts that fire.</summary>
    public IReadOnlyList<Alert> Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values];
            }
        }
    }

    public bool Has(string id)
    {
        lock (_gate)
        {
            return _ids.Contains(Short(id));
        }
    }

    /// <summary>The last alerts from an index on.</summary>
    public IReadOnlyList<(ulong Index, Alert Alert)> Since(ulong index)
    {
        lock (_gate)
        {
            return [.. _last.Where(one => one.Index >= index)];
        }
    }

    /// <summary>From where on each rule watches a ledger, by the rule's hash.</summary>
    public IReadOnlyDictionary<string, RuleStart> StartsOf(string ledger)
    {
        lock (_gate)
        {
            return new Dictionary<string, RuleStart>(_starts.GetValueOrDefault(ledger, []));
        }
    }

    /// <summary>The next entry of the ledger.</summary>
    public void Take(LedgerEntry entry)
    {
        lock (_gate)
        {
            Next = entry.Index + 1;
            if (entry.Producer == AlertProducer.Name)
            {
                LastSequence = Math.Max(LastSequence, entry.ProducerSequence);
            }

            object? record = entry.ContentType == AlertJson.ContentType ? AlertJson.Read(entry.Payload) : null;
            Take(entry.Index, record);
        }
    }

    /// <summary>What was appended by this process.</summary>
    public void Appended(ulong index, ulong sequence, object record)
    {
        lock (_gate)
        {
            Next = Math.Max(Next, index + 1);
            LastSequence = Math.Max(LastSequence, sequence);
            Take(index, record);
        }
    }

    /// <summary>Entries that nobody can read any more.</summary>
    public void Skip(ulong next)
    {
        lock (_gate)
        {
            Next = Math.Max(Next, next);
        }
    }

    private void Take(ulong index, object? record)
    {
        switch (record)
        {
            case Alert alert:
                if (!_ids.Add(Short(alert.Id)))
                {
                    return;
                }

                _last.Enqueue((index, alert));
                if (_last.Count > KeptMax)
                {
                    _ = _last.Dequeue();
                }

                if (alert.IsFiring)
                {
                    _open[alert.Episode] = alert;
                }
                else
                {
                    _ = _open.Remove(alert.Episode);
                }

                break;
            case WatchStart start:
                Dictionary<string, RuleStart> before = _starts.GetValueOrDefault(start.Ledger, []);
                _starts[start.Ledger] = start.Rules.Distinct().ToDictionary(
                    static rule => rule,
                    rule => before.TryGetValue(rule, out RuleStart known) ? known : new RuleStart(start.From, start.At),
                    StringComparer.Ordinal);
                break;
            default:
                break;
        }
    }

    // Half of a hash: nobody finds two alerts with the same.
    private static UInt128 Short(string id) =>
        UInt128.Parse(id.AsSpan(0, 32), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

/// <summary>Where a rule began.</summary>
internal readonly record struct RuleStart(ulong From, long At);

/// <summary>As whom a guard appends.</summary>
internal static class AlertProducer
{
    public const string Name = "guard";

    public const string Ledger = "_alerts";
}
