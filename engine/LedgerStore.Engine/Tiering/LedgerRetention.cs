// Policy and holds of a ledger: read, changed, and made durable. One lock for all decisions, so that a hold that was
// placed is seen by every expiry that has not been decided yet. Any thread.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tiering;

/// <summary>Changes what tiering may do.</summary>
/// <param name="stateLogs">Held by whoever writes state logs.</param>
/// <param name="make">Says a change in <c>_audit</c>, durably, and has it made then: see AuditedChanges.</param>
internal sealed class LedgerRetention(
    StoreGround ground, Catalog catalog, Lock stateLogs, Action<AuditEvent, Action<long>> make)
{
    private const int HoldsMax = 1_000;

    /// <summary>Held while something is decided, and while what was decided is undone or made durable.</summary>
    public Lock Decisions { get; } = new();

    /// <summary>What holds for a ledger; null when nothing was ever set. Of the store's own ledgers nothing expires,
    /// whatever the catalog says: see docs/decisions/0011-audit-never-expires.md.</summary>
    /// <exception cref="StoreException">Corruption: the catalog has a policy that is none.</exception>
    public RetentionPolicy? PolicyOf(uint id) => catalog.Find(id) switch
    {
        { Retention: { } record, Name: var name } when LedgerName.IsReserved(name) => WithoutEnd(Decode(name, record)),
        { Retention: { } record, Name: var name } => Decode(name, record),
        _ => null,
    };

    private RetentionPolicy Decode(string name, RetentionRecord record)
    {
        try
        {
            return RetentionPolicy.Decode(record.Policy);
        }
        catch (MalformedDataException damage)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"'{ground.Paths.Catalog}' has a retention policy of '{name}' that cannot be one: {damage.Message}. "
                + "Nothing of the ledger moves or expires. Restore the catalog from a backup, or set a policy",
                damage);
        }
    }

    /// <summary>Makes a policy the ledger's, durably.</summary>
    /// <exception cref="StoreException">InvalidArgument, Busy, DiskFull.</exception>
    public void SetPolicy(OpenLedger log, RetentionPolicy policy, string setBy, string reason)
    {
        CheckText(setBy, reason);
        lock (Decisions)
        {
            RetentionPolicy? before = PolicyOf(log.Id);
            policy.CheckAfter(before);
            if (LedgerName.IsReserved(log.Name) && policy != WithoutEnd(policy))
            {
                throw new StoreException(
                    StoreReason.InvalidArgument,
                    $"'{log.Name}' is the store's own: nothing in it ever expires or leaves the data directory, "
                    + "whatever its policy; it can become warm");
            }

            RefuseWhileGoing(log, 0, long.MaxValue);
            AuditRetentionChange change = new(AuditEvent.Unsaid)
            {
                Identity = setBy,
                Ledger = log.Name,
                Before = (before ?? RetentionPolicy.KeepAll).ToString(),
                After = policy.ToString(),
                Reason = reason,
                Policy = policy.Encode(),
                PolicyBefore = (before ?? RetentionPolicy.KeepAll).Encode(),
            };
            make(change, said => catalog.SetRetention(log.Id, policy.Encode(), said));
        }
    }

    /// <summary>Keeps entries from expiring. When it returns, the hold is durable.</summary>
    public HoldRecord Place(OpenLedger log, HoldRecord hold)
    {
        CheckText(hold.Id, hold.PlacedBy, hold.Reason);
        if (hold.First < 0 || hold.Count < 0 || hold.First > long.MaxValue - hold.Count || hold.Reason.Length == 0)
        {
            throw new StoreException(StoreReason.InvalidArgument, "a hold is of a range and has a reason");
        }

        lock (Decisions)
        {
            RequireSound(log);
            if (LedgerName.IsReserved(log.Name))
            {
                throw new StoreException(
                    StoreReason.InvalidArgument,
                    $"'{log.Name}' is the store's own: nothing in it expires, held or not");
            }

            RefuseWhileGoing(log, hold.First, hold.End);
            if (log.Holds.Length >= HoldsMax || Array.Exists(log.Holds, other => other.Id == hold.Id))
            {
                throw new StoreException(
                    StoreReason.LimitReached, $"ledger '{log.Name}' has {log.Holds.Length} holds, or this one");
            }

            // In force before it is durable: if it does not become so, it was in force for a while.
            HoldRecord[] before = log.Holds;
            bool isSaid = false;
            log.Holds = [.. before, hold];
            try
            {
                make(AuditHoldChange.Of(log.Name, hold), _ =>
                {
                    isSaid = true;
                    Commit(log, state => state.Stage(hold));
                });
            }
            catch (Exception) when (!isSaid)
            {
                log.Holds = before;
                throw;
            }

            return hold;
        }
    }

    /// <summary>Ends a hold. It is in force until that is durable.</summary>
    public HoldRecord Release(OpenLedger log, string id, long nowMicros, string releasedBy, string reason)
    {
        CheckText(releasedBy, reason);
        lock (Decisions)
        {
            RequireSound(log);
            HoldRecord hold = Array.Find(log.Holds, one => one.Id == id)
                ?? throw new StoreException(
                    StoreReason.InvalidArgument, $"ledger '{log.Name}' has no hold with the id '{id}'");
            HoldRecord released = hold with { ReleasedMicros = Math.Max(1, nowMicros) };
            make(Released(log, hold, releasedBy, reason), _ =>
            {
                Commit(log, state => state.Stage(released));
                log.Holds = [.. log.Holds.Where(one => one.Id != id)];
            });
            return released;
        }
    }

    /// <summary>Ends a hold that <c>_audit</c> has and the ledger's files do not: somebody took it out of them.
    /// </summary>
    public void ReleaseLost(OpenLedger log, HoldRecord lost, string releasedBy, string reason)
    {
        CheckText(releasedBy, reason);
        lock (Decisions)
        {
            make(Released(log, lost, releasedBy, reason), static _ => { });
        }
    }

    /// <summary>Places or ends a hold of which a crash left only what <c>_audit</c> says. While the store is opened.
    /// </summary>
    public void Finish(OpenLedger log, AuditedLedger said, AuditHoldChange last)
    {
        HoldRecord? here = Array.Find(log.Holds, one => one.Id == last.Id);
        if (log.Damage is not null || here is null == last.IsReleased)
        {
            return;
        }

        if (here is not null)
        {
            Commit(log, state => state.Stage(here with { ReleasedMicros = Math.Max(1, ground.Clock()) }));
            log.Holds = [.. log.Holds.Where(one => one.Id != last.Id)];
        }
        else
        {
            HoldRecord lost = said.Holds.First(one => one.Id == last.Id);
            log.Holds = [.. log.Holds, lost];
            Commit(log, state => state.Stage(lost));
        }
    }

    /// <summary>Commits records to a ledger's state.log.</summary>
    /// <exception cref="StorageException">With IsNoSpace what was staged is staged: commit again.</exception>
    public void Commit(OpenLedger log, Action<LedgerStateLog> stage)
    {
        lock (stateLogs)
        {
            stage(log.State);

            // A ledger may have nothing on the disk yet but its entries in the journal.
            ground.Files.Ensure(ground.Paths.LedgerDirectory(log.Id));

            // A flush that found the disk full may have left the first half of a commit: then this is the second one.
            while (log.State.NeedsCommit)
            {
                LedgerStateLogs.CommitTogether(ground.Files, ground.Paths.Root, [log.State]);
            }
        }
    }

    private static AuditHoldChange Released(OpenLedger log, HoldRecord hold, string releasedBy, string reason) =>
        AuditHoldChange.Of(log.Name, hold) with { Identity = releasedBy, Reason = reason, IsReleased = true };

    private static RetentionPolicy WithoutEnd(RetentionPolicy policy) =>
        new() { WarmAfter = policy.WarmAfter };

    private static void RefuseWhileGoing(OpenLedger log, long first, long end)
    {
        if (log.Expiring is { } going && first < going.End && end > going.First)
        {
            throw new StoreException(
                StoreReason.Busy,
                $"entries {going.First} to {going.End - 1} are expiring at this moment; try again in a second");
        }
    }

    private static void RequireSound(OpenLedger log)
    {
        if (log.Damage is { } damage)
        {
            throw LedgerRefusals.ReadOnly(log.Name, log.DamageText!, damage);
        }
    }

    private static void CheckText(params string[] texts)
    {
        if (Array.Exists(
            texts, static text => System.Text.Encoding.UTF8.GetByteCount(text) > HoldRecord.TextBytesMax))
        {
            throw new StoreException(
                StoreReason.InvalidArgument, $"a text of a hold exceeds {HoldRecord.TextBytesMax:N0} bytes");
        }
    }
}
