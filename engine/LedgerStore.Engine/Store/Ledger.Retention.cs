// One ledger, for whoever administers it: policy, holds, what expired. Any thread.
using System.Security.Cryptography;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine;

public sealed partial class Ledger
{
    /// <summary>The retention policy; everything is kept while none was set.</summary>
    public RetentionPolicy Retention => _core.Retention.PolicyOf(_log.Id) ?? RetentionPolicy.KeepAll;

    /// <summary>The first entry that has not expired; held ones before it can be read too.</summary>
    public long FirstReadable => _log.Reader.Segments.Expired.FirstReadable;

    /// <summary>What has expired, by index.</summary>
    public IReadOnlyList<ExpiredRange> Expired =>
        [.. _log.Reader.Segments.Expired.Tombstones.Select(static tombstone => new ExpiredRange(
            tombstone.First, tombstone.Count, tombstone.AuditIndex, Time(tombstone.Micros), tombstone.Reason))];

    /// <summary>The holds in force.</summary>
    public IReadOnlyList<LegalHold> Holds => [.. _log.Tiers.Holds.Select(ToHold)];

    /// <summary>Sets the policy; it is durable when this returns, and acted on in the next round.</summary>
    /// <exception cref="StoreException">InvalidArgument: it lowers the floor, or cannot be meant. Busy: entries are
    /// expiring at this moment.</exception>
    public void SetRetention(RetentionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _core.ChangeRetention(() =>
        {
            _core.Retention.SetPolicy(_log, policy);
            return true;
        });
    }

    /// <summary>What the policy does with the entries as they are now: what is due, and what is not yet.</summary>
    public IReadOnlyList<PlannedMove> PlanRetention()
    {
        long now = _core.Parts.Clock();
        RetentionPolicy policy = Retention;
        return RetentionPlan.Decide(
            policy,
            _log.Tiers.Holds,
            LedgerFactsOf.Read(_log, policy, _log.Durable.Value, now),
            _log.Reader.Segments.Expired,
            now);
    }

    /// <summary>Has what is due done now, not in the next round. Ends when it was tried; what failed is in the store's
    /// <see cref="Store.TieringStatus"/>. Entries expire only if an earlier check found them due, a day ago.</summary>
    public Task ApplyRetentionAsync()
    {
        _core.ThrowIfUnwritable();
        RetentionRequest request = new(_log);
        _core.Tiering.Ask(request);
        _core.OnTiering();
        return request.Done;
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
        HoldRecord hold = new(id, first, count, _core.Parts.Clock(), 0, placedBy, reason);
        return ToHold(_core.ChangeRetention(() => _core.Retention.Place(_log, hold)));
    }

    /// <summary>Ends a hold.</summary>
    /// <exception cref="StoreException">InvalidArgument: there is no such hold.</exception>
    public LegalHold ReleaseHold(string id) =>
        ToHold(_core.ChangeRetention(() => _core.Retention.Release(_log, id, _core.Parts.Clock())));

    private static LegalHold ToHold(HoldRecord hold) => new(
        hold.Id,
        hold.First,
        hold.Count,
        hold.Reason,
        hold.PlacedBy,
        Time(hold.PlacedMicros),
        hold.IsReleased ? Time(hold.ReleasedMicros) : null);

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros);
}
