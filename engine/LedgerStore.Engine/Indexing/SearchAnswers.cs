// The answer to a search, part by part, as it was planned: nothing is left out silently. What expired is said with its
// tombstone, what cannot be read is said too. Owned by one call, one thread at a time.

using System.Runtime.CompilerServices;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Indexing;

/// <summary>Reads what a plan leaves to be looked at.</summary>
internal sealed class SearchAnswers(OpenLedger ledger, OpenLedger audit, SearchRange range, List<PlannedSegment> plan)
{
    private const int BundleLevel = 8;

    // Bundles in a row that are told of together. Reason is null where they expired.
    private (long First, long End, string? Reason, long Tombstone)? _hole;

    public async IAsyncEnumerable<SearchAnswer> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (PlannedSegment planned in plan)
        {
            if (planned.Answer is { } answer)
            {
                yield return answer;
            }

            BundleSet wanted = planned.Bundles & range.BundlesIn(planned.Segment);
            for (int i = 0; i < StoreLimits.BundlesPerSegment; i++)
            {
                int bundle = range.IsNewestFirst ? StoreLimits.BundlesPerSegment - 1 - i : i;
                if (!wanted.Has(bundle))
                {
                    continue;
                }

                long number = (planned.Segment * StoreLimits.BundlesPerSegment) + bundle;
                (BundleAnswer? read, string? reason, long tombstone) = await ReadAsync(number, cancellationToken)
                    .ConfigureAwait(false);
                if (read is null && TryExtend(number, reason, tombstone))
                {
                    continue;
                }

                if (CloseHole() is { } hole)
                {
                    yield return hole;
                }

                if (read is not null)
                {
                    yield return read;
                }
                else
                {
                    _hole = (number, number + 1, reason, tombstone);
                }
            }

            // The next segment begins with what its index proves.
            if (CloseHole() is { } last)
            {
                yield return last;
            }
        }
    }

    private async ValueTask<(BundleAnswer? Read, string? Reason, long Tombstone)> ReadAsync(
        long bundle, CancellationToken cancellationToken)
    {
        long first = bundle * StoreLimits.EntriesPerBundle;
        try
        {
            using BundleLease lease = await ledger.ReadBundleAsync(bundle, 0, cancellationToken).ConfigureAwait(false);
            int count = (int)Math.Min(StoreLimits.EntriesPerBundle, range.Size - first);
            byte[] entries = lease.Range(0, count).ToArray();
            Hash256[] path = ledger.Proofs.Node(BundleLevel, bundle, range.Size);
            return (new BundleAnswer((ulong)bundle, entries, path), null, 0);
        }
        catch (StoreException gone) when (gone.Reason == StoreReason.Expired)
        {
            long said = ledger.Segments.Expired.TombstoneOf(first)?.AuditIndex ?? long.MaxValue;
            return said < range.AuditSize
                ? (null, null, said)
                : (null, "expired by policy; the tombstone in _audit was not asked for, or is not signed yet", 0);
        }
        catch (StoreException lost) when (lost.Reason is StoreReason.DataLoss or StoreReason.TierAway
            or StoreReason.NotConfirmed)
        {
            return (null, lost.Reason == StoreReason.TierAway
                ? "the cold storage of this range is away at the moment; ask again later"
                : "the entries of this range cannot be read; the operator's log names the file", 0);
        }
    }

    private bool TryExtend(long bundle, string? reason, long tombstone)
    {
        if (_hole is not { } hole || hole.Reason != reason || hole.Tombstone != tombstone
            || (bundle != hole.End && bundle != hole.First - 1))
        {
            return false;
        }

        _hole = hole with { First = Math.Min(hole.First, bundle), End = Math.Max(hole.End, bundle + 1) };
        return true;
    }

    private SearchAnswer? CloseHole()
    {
        if (_hole is not { } hole)
        {
            return null;
        }

        _hole = null;
        ulong first = (ulong)(hole.First * StoreLimits.EntriesPerBundle);
        ulong count = (ulong)Math.Min(hole.End * StoreLimits.EntriesPerBundle, range.Size) - first;
        return hole.Reason is { } why
            ? new UnreadableAnswer(first, count, why)
            : new ExpiredAnswer(first, count, SearchPlan.Prove(audit, hole.Tombstone, range.AuditSize));
    }
}
