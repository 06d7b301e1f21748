// What fires now, and what was resolved a short while ago: what a target is told that wants to hear it again and again.
// Guarded by its own lock.

namespace LedgerStore.Guard;

/// <summary>The alerts of this moment.</summary>
internal sealed class Board
{
    private const int ShownMax = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Alert> _alerts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _forgetAt = new(StringComparer.Ordinal);

    /// <summary>Alerts that fire.</summary>
    public IReadOnlyList<Alert> Firing
    {
        get
        {
            lock (_gate)
            {
                return [.. _alerts.Values.Where(static one => one.IsFiring)];
            }
        }
    }

    /// <param name="keepResolved">How long one that is over is still told, as ticks of a steady clock.</param>
    public void Put(Alert alert, long now, long keepResolved)
    {
        lock (_gate)
        {
            if (_alerts.Count >= ShownMax && !_alerts.ContainsKey(alert.Episode))
            {
                return;
            }

            _alerts[alert.Episode] = alert;
            if (!alert.IsFiring)
            {
                _forgetAt[alert.Episode] = now + keepResolved;
            }
        }
    }

    /// <summary>All that is to be told, without what was told for long enough.</summary>
    public IReadOnlyList<Alert> Shown(long now)
    {
        lock (_gate)
        {
            foreach (string gone in _forgetAt.Where(one => one.Value < now).Select(static one => one.Key).ToArray())
            {
                _ = _alerts.Remove(gone);
                _ = _forgetAt.Remove(gone);
            }

            return [.. _alerts.Values];
        }
    }
}
