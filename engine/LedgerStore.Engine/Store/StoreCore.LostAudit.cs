// The core's part that tells a store that has lost its `_audit` from one that never had it. The first is refused: what
// its files claim would be taken over into a new `_audit` and signed. Runs while the store is opened; why nothing is
// signed may be asked by any thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    /// <summary>Refuses a store without entries in <c>_audit</c> that has traces of some. Nothing of the store has been
    /// changed by now.</summary>
    /// <remarks>Damage that is seen as such is for others to judge: nothing is taken over beside it.</remarks>
    /// <param name="anchored">The ledgers that the anchor has a checkpoint of.</param>
    /// <exception cref="StoreException">AuditDamaged.</exception>
    public void RequireAudit(IEnumerable<uint> anchored)
    {
        OpenLedger? audit = Catalog.Find(LedgerName.Audit) is null ? null : Ledgers.Get(Catalog.AuditId);
        if (audit is null or { NextIndex: 0, Damage: null })
        {
            RefuseTakeover(anchored.Any(static id => id != Catalog.AuditId), size: 0);
        }
    }

    /// <summary>The same of a store whose <c>_audit</c> does not say who the store is, as those of before do not.
    /// </summary>
    /// <exception cref="StoreException">AuditDamaged.</exception>
    public void RequireBefore(OpenLedger? audit) =>
        RefuseTakeover(_anchor?.SizeWithout(new HashSet<uint> { Catalog.AuditId }) > 0, audit?.Durable.Value ?? 0);

    private void RefuseTakeover(bool isAnchored, long size)
    {
        if (TraceOfAudit(isAnchored, size) is { } trace)
        {
            throw new StoreException(
                StoreReason.AuditDamaged,
                $"the ledger {LedgerName.Audit} is "
                + (size == 0 ? "empty or missing" : $"another one: its {size:N0} entries do not say who the store is")
                + $", and it was not so before: {trace}. What the files claim cannot be compared with what was "
                + "recorded, so nothing is taken over, signed or served. Keep a copy of the data directory, put the "
                + $"files of {Ground.Paths.LedgerDirectory(Catalog.AuditId)} back from a backup, and the catalog if it "
                + "was changed too, and start again. Until then --read-only serves checkpoints and proofs of all "
                + "ledgers, and `ledger read --data` their entries");
        }
    }

    /// <summary>What says that there was an <c>_audit</c> that said who the store is; null in a store of before.
    /// </summary>
    /// <remarks>
    /// Keys of their own came to ledgers in the same version as this. Such a key signs for the first time when
    /// <c>_audit</c> has said who the store is (<see cref="WhyNotTakenOver"/>), so a checkpoint by one is a trace that
    /// nobody makes or takes away without the key, but by taking away what was signed of every ledger.
    /// </remarks>
    private string? TraceOfAudit(bool isAnchored, long size)
    {
        if (Catalog.FactsSaid != AuditEvent.Unsaid || Catalog.SettledSize > size)
        {
            return $"the catalog names its entries, up to {Catalog.SettledSize - 1:N0}";
        }

        if (Keys.RotationsOf(Catalog.AuditId) is [.., var rotated] && rotated.Checkpoint.Size > size)
        {
            return $"the key log has a checkpoint of its {rotated.Checkpoint.Size:N0} entries";
        }

        if (Keys.Current is not { Scheme: KeyScheme.Derived })
        {
            return null;
        }

        return isAnchored
            ? "the anchor has checkpoints of other ledgers, and the store says who it is before it signs any"
            : Catalog.SortedByName().FirstOrDefault(one => one.Id != Catalog.AuditId && HasCheckpoint(one)) is { } other
                ? $"there are checkpoints of '{other.Name}', and the store says who it is before it signs any"
                : null;
    }

    /// <summary>Why a store of before must not sign with keys that stores of before did not have; null when it is taken
    /// over. A full disk may have left it for the next start.</summary>
    private StoreException? WhyNotTakenOver() =>
        Catalog.FactsSaid != AuditEvent.Unsaid || Catalog.Count == 0
            ? null
            : new StoreException(
                StoreReason.SigningStopped,
                $"{LedgerName.Audit} does not say yet who the store is: that could not be written when the store was "
                + "opened, or cannot be read. Free space or mend the damage, and open it again");
}
