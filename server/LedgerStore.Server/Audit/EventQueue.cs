// Events from threads that must not wait: the reload thread, the scrubber, readers that meet damage. Bounded; written
// within a second, in order. Guarded by its own lock, which nothing blocks under; any thread.
using LedgerStore.Engine;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Server.Audit;

/// <summary>What waits to be recorded.</summary>
internal sealed class EventQueue
{
    // More than this, unwritten, says only that something is very wrong with the disk.
    private const int QueueMax = 1_000;

    // Damage is met again by every reader: each place is reported once, until the set is full and begins anew.
    private const int PlacesMax = 10_000;

    private readonly Lock _gate = new();
    private readonly List<Event> _queue = [];
    private readonly HashSet<(string File, long Offset)> _places = [];

    /// <summary>Names of ledgers by their ids. Set as soon as there is a store to ask.</summary>
    public Func<uint, string?> NameOf { get; set; } = static _ => null;

    public void Add(Event change)
    {
        lock (_gate)
        {
            if (_queue.Count < QueueMax)
            {
                _queue.Add(change);
            }
        }
    }

    /// <summary>What the scrubber found.</summary>
    public void AddFinding(VerifyFinding finding) => AddPlace(finding.File ?? string.Empty, finding.Offset, new Finding
    {
        Ledger = finding.Ledger ?? string.Empty,
        FirstIndex = (ulong)finding.FirstIndex,
        Count = (ulong)finding.Count,
        File = finding.File ?? string.Empty,
        Offset = (ulong)Math.Max(0, finding.Offset),
        Evidence = $"{finding.Kind}: {finding.Evidence}",
    });

    /// <summary>What a reader met.</summary>
    public void AddDamage(DamageReport damage) => AddPlace(damage.File, damage.Offset, new Finding
    {
        Ledger = NameOf(damage.LedgerId) ?? $"id {damage.LedgerId}",
        FirstIndex = (ulong)damage.FirstIndex,
        Count = (ulong)damage.Count,
        File = damage.File,
        Offset = (ulong)Math.Max(0, damage.Offset),
        Evidence = damage.Evidence,
    });

    /// <summary>Writes what is queued; what cannot be written stays. One caller at a time.</summary>
    /// <returns>Why it could not be written; null when it was.</returns>
    public async ValueTask<Exception?> FlushAsync(AuditLog audit)
    {
        Event[] events;
        lock (_gate)
        {
            events = [.. _queue];
        }

        if (audit.IsReadOnly)
        {
            return null;
        }

        try
        {
            await audit.AppendAsync(events).ConfigureAwait(false);
        }
        catch (Grpc.Core.RpcException cause)
        {
            return cause;
        }

        lock (_gate)
        {
            _queue.RemoveRange(0, events.Length);
        }

        return null;
    }

    private void AddPlace(string file, long offset, Finding finding)
    {
        lock (_gate)
        {
            if (_places.Count >= PlacesMax)
            {
                _places.Clear();
            }

            if (!_places.Add((file, offset)))
            {
                return;
            }
        }

        Add(new Event { Finding = finding });
    }
}
