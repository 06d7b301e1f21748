// ClaimsCheck: what `_audit` says has expired, against the holds and floors that it says were in force at that time.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Verification;

internal sealed partial class ClaimsCheck
{
    /// <summary>No tombstone while a hold was in force on one of its entries, or while they were younger than the
    /// floor.</summary>
    /// <remarks>Tombstones from before the store recorded holds and policies itself are not judged: what was in force
    /// then, nothing says completely. A notice may come while a hold is placed, so notices are not judged either.
    /// </remarks>
    public void CompareExpired(CatalogLedger ledger, LedgerState state)
    {
        if (!IsRecorded)
        {
            return;
        }

        AuditedLedger said = book.Of(ledger.Name);
        foreach ((AuditTombstone tombstone, HoldRecord? held) in said.Tombstones
            .Where(one => one.Tombstone.AuditIndex > book.Facts[0].AuditIndex))
        {
            string entries = $"entry {tombstone.AuditIndex} of _audit let entries {tombstone.First} to "
                + $"{tombstone.End - 1} expire";
            if (held is not null)
            {
                Add(ledger.Name, null, $"{entries} while the hold {held.Id} was in force: entry "
                    + $"{said.HoldSaid(held.Id)} of _audit is about it", tombstone.First, tombstone.Count);
            }

            TimeSpan floor = said.FloorBefore(tombstone.AuditIndex);
            long youngest = YoungestOf(tombstone, ledger, state);
            if (tombstone.Micros - youngest < RetentionPolicy.Micros(floor))
            {
                Add(ledger.Name, null, $"{entries}, the youngest of {youngest} at least, at {tombstone.Micros}: the "
                    + $"floor was {floor:c}", tombstone.First, tombstone.Count);
            }
        }
    }

    /// <summary>When the youngest of the entries was received at the earliest, as far as that is known when they are
    /// gone.</summary>
    private static long YoungestOf(AuditTombstone tombstone, CatalogLedger ledger, LedgerState state) => state.Sealed
        .Where(segment => SegmentFormat.FirstIndex(segment.Segment + 1) <= tombstone.End)
        .Select(static segment => segment.LastMicros)
        .Append(ledger.Created.CreatedMicros)
        .Max();
}
