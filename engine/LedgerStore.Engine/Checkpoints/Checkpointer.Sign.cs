// The checkpointer's part that makes one checkpoint: compute, prove, sign, hand over to the journal.
// On the checkpointer's thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Checkpoints;

internal sealed partial class Checkpointer
{
    private Outcome TrySign(OpenLedger ledger)
    {
        if (ledger.SigningFailure is not null)
        {
            return Outcome.Nothing;
        }

        long size = ledger.ReadableSize;
        if (ledger.IsPending || size <= ledger.SignedSize)
        {
            // Hashing may be ahead of the disk: then there is something to sign soon.
            bool isMore = Math.Max(size, ledger.Readable.Value) > ledger.SignedSize;
            return isMore ? Outcome.Later : Outcome.Nothing;
        }

        long started = cpuNanos();
        Outcome outcome = TrySignNow(ledger);
        _budget.Charge(cpuNanos() - started);
        return outcome;
    }

    private Outcome TrySignNow(OpenLedger ledger)
    {
        try
        {
            Hash256 root = TreeRoots.FromEdge(ledger, out long size);
            Prove(ledger, size, root);
            NoteSigner signer = SignerOf(ledger).Notes;
            byte[] note = Checkpoint.Sign(ledger.Origin, (ulong)size, root, signer).Bytes.ToArray();
            long frame = gate.TryAddCheckpoint(ledger.Id, size, root, note);
            if (frame == 0)
            {
                return Outcome.NoRoom;
            }

            CheckpointRecord record = new(size, root, note);
            ledger.NoteSigned(record);
            _pending.Enqueue(new PendingCheckpoint(ledger, record, frame));
            SignedCount++;
            return Outcome.Signed;
        }
        catch (StoreException busy) when (busy.Reason is StoreReason.Busy or StoreReason.TierAway)
        {
            // Files or maps are short at the moment. It passes.
            return Outcome.Later;
        }
        catch (Exception damage) when (damage is StoreException or InvalidOperationException)
        {
            ledger.StopSigning(damage);
            return Outcome.Nothing;
        }
    }

    /// <summary>Shows by a second computation that the new tree goes on from the last one that was signed.</summary>
    private static void Prove(OpenLedger ledger, long size, in Hash256 root)
    {
        CheckpointRecord? last = ledger.Signed;
        if (!TreeRoots.IsConsistent(ledger.Nodes, last?.Size ?? 0, last?.Root ?? default, size, root))
        {
            throw new StoreException(
                StoreReason.DataLoss,
                $"ledger '{ledger.Name}': the tree of {size:N0} entries cannot be shown to go on from that of "
                + $"{last?.Size ?? 0:N0}, which was signed. Nothing more of it is signed. Check the memory and the "
                + "disk of this machine, and run verify on the data directory");
        }
    }

    /// <summary>How much processor time signing may take: a tenth of one core in any second, measured.</summary>
    /// <remarks>
    /// What somebody waits for is charged and never refused: each of those signatures waits for a sync anyway. The
    /// regular ones wait until there is budget again, so with very many growing ledgers the interval stretches.
    /// </remarks>
    private sealed class SigningBudget
    {
        // One part in eleven of a core comes in, 90.9 ms in a second. With what may be kept, and the last signature
        // that it may be overdrawn by (0.05 ms), that is never more than a tenth in any second.
        private const int Share = 11;

        // As much as 100 ms of real time give: enough to sign two hundred ledgers at once, not enough to be felt.
        private const long NanosMax = 9_000_000;
        private long _nanos = NanosMax;
        private long _refilledNanos;

        public bool IsSpent => _nanos <= 0;

        /// <summary>Processor time used in all, for metrics.</summary>
        public long UsedNanos { get; private set; }

        /// <summary>Adds what the time since the last call is worth.</summary>
        /// <param name="nowNanos">Steady time.</param>
        public void Refill(long nowNanos)
        {
            _nanos = Math.Min(NanosMax, _nanos + ((nowNanos - _refilledNanos) / Share));
            _refilledNanos = nowNanos;
        }

        public void Charge(long cpuNanos)
        {
            UsedNanos += cpuNanos;

            // A debt is bounded too: after a crowd of waiters the regular signing goes on within a second.
            _nanos = Math.Max(-10 * NanosMax, _nanos - cpuNanos);
        }
    }
}
