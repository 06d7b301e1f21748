// One ledger, for whoever administers it: policy, holds, what expired. Any thread.
using System.Numerics;
using System.Security.Cryptography;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine;

public sealed partial class Ledger
{
    private const int MaxLevel = 62;

    /// <summary>The retention policy; everything is kept while none was set.</summary>
    public RetentionPolicy Retention => _core.Retention.PolicyOf(_log.Id) ?? RetentionPolicy.KeepAll;

    /// <summary>The first entry that has not expired; held ones before it can be read too.</summary>
    public long FirstReadable => _log.Segments.Expired.FirstReadable;

    /// <summary>What has expired, by index.</summary>
    public IReadOnlyList<ExpiredRange> Expired =>
        [.. _log.Segments.Expired.Tombstones.Select(static tombstone => new ExpiredRange(
            tombstone.First, tombstone.Count, tombstone.AuditIndex, Time(tombstone.Micros), tombstone.Reason))];

    /// <summary>What stands for entries that have expired, up to the first that has not.</summary>
    /// <exception cref="StoreException">DataLoss: hashes are damaged.</exception>
    public IEnumerable<ExpiredSubtree> ExpiredSubtrees(long first, long end)
    {
        while (first < end && _log.Segments.Expired.TombstoneOf(first) is { } tombstone)
        {
            long rest = Math.Min(end, tombstone.End) - first;
            int level = Math.Min(
                first == 0 ? MaxLevel : BitOperations.TrailingZeroCount(first), BitOperations.Log2((ulong)rest));
            long count = 1L << level;
            yield return new ExpiredSubtree(
                first, count, _log.Proofs.SubtreeRoot(level, first >> level), tombstone.AuditIndex);
            first += count;
        }
    }

    /// <summary>The holds in force.</summary>
    public IReadOnlyList<LegalHold> Holds => [.. _log.Holds.Select(ToHold)];

    /// <summary>Sets the policy; it is durable when this returns, and acted on in the next round.</summary>
    /// <exception cref="StoreException">InvalidArgument: it lowers the floor, or cannot be meant. Busy: entries are
    /// expiring at this moment.</exception>
    public void SetRetention(RetentionPolicy policy) => SetRetention(policy, string.Empty, string.Empty);

    /// <summary>The same, by somebody who is named in <c>_audit</c>, with the reason.</summary>
    public void SetRetention(RetentionPolicy policy, string setBy, string reason)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(setBy);
        ArgumentNullException.ThrowIfNull(reason);
        _core.ChangeRetention(() =>
        {
            _core.Retention.SetPolicy(_log, policy, setBy, reason);
            return true;
        });
    }

    /// <summary>What the policy does with the entries as they are now: what is due, and what is not yet. Entries of an
    /// incomplete bundle that nothing fills up are due at the end of time.</summary>
    public IReadOnlyList<PlannedMove> PlanRetention()
    {
        long now = _core.Ground.Now();
        long size = _log.Durable.Value;
        RetentionPolicy policy = Retention;
        List<PlannedMove> moves = RetentionPlan.Decide(
            policy,
            _log.Holds,
            SegmentFacts.Read(_log, policy, size, now),
            _log.Segments.Expired,
            now);
        int open = (int)(size % StoreLimits.EntriesPerBundle);
        if (open > 0 && policy is { ExpireAfter: not null, FillAfter: null })
        {
            // These outlive their age: nobody knows when others will fill up their bundle.
            moves.Add(new PlannedMove(
                size - open, open, SegmentTier.Hot.Name(), SegmentTier.Expired.Name(), DateTimeOffset.MaxValue, 0, ""));
        }

        return moves;
    }

    /// <summary>Has what is due done now, not in the next round. Ends when it was tried; what failed is in the store's
    /// <see cref="Store.TieringStatus"/>. Entries expire only if an earlier check found them due, a day ago.</summary>
    public Task ApplyRetentionAsync()
    {
        _core.ThrowIfUnwritable();
        Task done = _core.Tiering.Ask(_log);
        _core.TieringBell.Ring();
        return done;
    }

    /// <summary>Keeps entries from expiring until the hold is released. It is durable when this returns.</summary>
    /// <param name="count">0: all from the first on, those to come included.</param>
    /// <exception cref="StoreException">InvalidArgument, LimitReached; Busy: some of them are expiring at this moment.
    /// </exception>
    public LegalHold PlaceHold(long first, long count, string reason, string placedBy)
    {
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentNullException.ThrowIfNull(placedBy);
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        HoldRecord hold = new(id, first, count, _core.Ground.Clock(), 0, placedBy, reason);
        return ToHold(_core.ChangeRetention(() => _core.Retention.Place(_log, hold)));
    }

    /// <summary>Ends a hold.</summary>
    /// <exception cref="StoreException">InvalidArgument: there is no such hold.</exception>
    public LegalHold ReleaseHold(string id) => ReleaseHold(id, string.Empty, string.Empty);

    /// <summary>The same, by somebody who is named in <c>_audit</c>, with the reason.</summary>
    public LegalHold ReleaseHold(string id, string releasedBy, string reason)
    {
        ArgumentNullException.ThrowIfNull(releasedBy);
        ArgumentNullException.ThrowIfNull(reason);
        return ToHold(_core.ChangeRetention(() =>
        {
            long now = _core.Ground.Clock();
            if (LocalHold(id) is null && _core.Claims.FindHold(_log, id) is { } lost)
            {
                // Somebody took it out of the ledger's files; in `_audit` it is in force.
                _core.Retention.ReleaseLost(_log, lost, releasedBy, reason);
                return lost with { ReleasedMicros = Math.Max(1, now) };
            }

            return _core.Retention.Release(_log, id, now, releasedBy, reason);
        }));
    }

    /// <summary>A hold in force: one that the ledger's files have, or that <c>_audit</c> has and somebody took out of
    /// them; null when there is none.</summary>
    public LegalHold? FindHold(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return (LocalHold(id) ?? _core.Claims.FindHold(_log, id)) is { } found ? ToHold(found) : null;
    }

    private HoldRecord? LocalHold(string id) => Array.Find(_log.Holds, hold => hold.Id == id);

    private static LegalHold ToHold(HoldRecord hold) => new(
        hold.Id,
        hold.First,
        hold.Count,
        hold.Reason,
        hold.PlacedBy,
        Time(hold.PlacedMicros),
        hold.IsReleased ? Time(hold.ReleasedMicros) : null);

    private static DateTimeOffset Time(long micros) => WallTime.At(micros);
}
