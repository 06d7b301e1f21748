// Compares the tombstones that state.log has with what `_audit` says, before anybody follows them: a file that says
// that entries have expired hides and deletes, and whoever can write files can write one. Any thread.

using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tiering;

/// <summary>Confirms claims of expiry, or finds that they are none.</summary>
/// <param name="ahead">How long before a tombstone its notice must have come.</param>
/// <param name="refuted">Told once of each that is refuted.</param>
internal sealed class ExpiryConfirmation(AuditProof audit, TimeSpan ahead, Action<OpenLedger, ExpiryClaim> refuted)
{
    private const int BundleLevel = 8;

    /// <summary>Looks at every claim of a ledger that is open.</summary>
    /// <returns>Whether none is left.</returns>
    public bool Run(OpenLedger log)
    {
        ExpiredRanges expired = log.Segments.Expired;
        if (expired.Claims.Count == 0)
        {
            return true;
        }

        // Of this ledger only: `_audit` may have to be opened for it, under the lock of all ledgers.
        lock (expired.Deciding)
        {
            foreach (ExpiryClaim claim in expired.Claims.Where(static claim => !claim.IsRefuted))
            {
                Decide(log, expired, claim);
            }
        }

        return expired.Claims.Count == 0;
    }

    /// <summary>What <c>_audit</c> says of a tombstone.</summary>
    /// <returns>Null when it says the same.</returns>
    public AuditAnswer? WhyNot(OpenLedger log, TombstoneRecord record)
    {
        if (LedgerName.IsReserved(log.Name))
        {
            return AuditAnswer.Not($"nothing of {log.Name} ever expires", isFinal: true);
        }

        AuditAnswer answer = audit.Read(record.AuditIndex);
        if (answer.Entry is not { } entry)
        {
            return answer;
        }

        AuditTombstone? said = EntryView.TryParse(entry, out EntryView view)
            ? AuditTombstone.TryRead(record.AuditIndex, view.ContentType, view.Payload)
            : null;
        said = said is null ? null : said with { Micros = view.ReceivedMicros };
        if (said is null || said.Ledger != log.Name || said.First != record.First || said.Count != record.Count)
        {
            return AuditAnswer.Not($"that entry of {LedgerName.Audit} is not their tombstone", isFinal: true);
        }

        if (said.Notice is { } index)
        {
            AuditAnswer announced = ReadNotice(index, out AuditExpiryNotice? notice);
            if (notice?.Announces(said, ahead) != true)
            {
                return announced.Entry is null
                    ? announced
                    : AuditAnswer.Not($"entry {index:N0} did not announce it a day before", isFinal: true);
            }
        }

        try
        {
            Hash256 root = RootOf(log, record.First, record.End);
            return root == said.Root
                ? null
                : AuditAnswer.Not($"it is about entries with the root {said.Root}, these have {root}", isFinal: true);
        }
        catch (StoreException lost)
        {
            return AuditAnswer.Not($"the hashes of these entries cannot be read: {lost.Message}", isFinal: false);
        }
    }

    /// <summary>Reads a notice, proven.</summary>
    /// <param name="notice">Null: the entry is none, or proves nothing.</param>
    public AuditAnswer ReadNotice(long index, out AuditExpiryNotice? notice)
    {
        AuditAnswer answer = audit.Read(index);
        notice = answer.Entry is { } entry && EntryView.TryParse(entry, out EntryView view)
                && AuditExpiryNotice.TryRead(index, view.ContentType, view.Payload) is { } read
            ? read with { Micros = view.ReceivedMicros }
            : null;
        return answer;
    }

    /// <summary>The Merkle root over some bundles by themselves.</summary>
    public static Hash256 RootOf(OpenLedger log, long first, long end)
    {
        CompactRange tree = new();
        Hash256[] hashes = new Hash256[StoreLimits.EntriesPerBundle];
        Hash256[] scratch = new Hash256[StoreLimits.EntriesPerBundle];
        SegmentReader segments = log.Segments;
        for (long at = first; at < end;)
        {
            long segment = at / StoreLimits.EntriesPerSegment;
            long segmentEnd = Math.Min(end, (segment + 1) * StoreLimits.EntriesPerSegment);
            if (segmentEnd - at > StoreLimits.EntriesPerBundle && segments.TryReadBundleRoots(segment, hashes))
            {
                for (; at < segmentEnd; at += StoreLimits.EntriesPerBundle)
                {
                    long bundle = at / StoreLimits.EntriesPerBundle % StoreLimits.BundlesPerSegment;
                    tree.AppendSubtree(BundleLevel, hashes[bundle]);
                }

                continue;
            }

            if (segments.ReadLeaves(at / StoreLimits.EntriesPerBundle, hashes) != StoreLimits.EntriesPerBundle)
            {
                throw new StoreException(
                    StoreReason.DataLoss, $"the files have not all hashes of the bundle at {at:N0}");
            }

            tree.AppendSubtree(BundleLevel, Sha256Batch.PerfectRoot(hashes, scratch));
            at += StoreLimits.EntriesPerBundle;
        }

        return tree.Root();
    }

    private void Decide(OpenLedger log, ExpiredRanges expired, ExpiryClaim claim)
    {
        if (WhyNot(log, claim.Record) is not { } why)
        {
            expired.Confirm(claim);
            return;
        }

        expired.Doubt(claim, why.Why, why.IsFinal);
        if (why.IsFinal)
        {
            refuted(log, claim with { Why = why.Why, IsRefuted = true });
        }
    }
}
