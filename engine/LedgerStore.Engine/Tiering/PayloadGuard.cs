// Whether the file that counts may outlive all others of its segment: nothing that has payload is unlinked, here or in
// the cold store, on the word of a file that lacks it. Stateless; the tiering thread, and the one that opens a store.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Looks for payload that a file lacks.</summary>
internal static class PayloadGuard
{
    /// <summary>Compares a file's blocks with what is confirmed to have expired.</summary>
    /// <returns>What it lacks; null when every bundle is in it, or has expired as <c>_audit</c> says.</returns>
    public static string? Missing(OpenLedger log, SegmentSource source)
    {
        if (!source.TryEnter(out SegmentAccess access))
        {
            return "the file is closed";
        }

        ExpiredRanges expired = log.Segments.Expired;
        try
        {
            for (int bundle = 0; bundle < StoreLimits.BundlesPerSegment; bundle++)
            {
                BlockIdentity identity = new(log.Id, source.Identity.Segment, bundle);
                if (!access.TryFind(bundle, out BlockPlace place))
                {
                    // An open segment ends here: what is behind it is in memory and in the journal.
                    return null;
                }

                BlockHeader header = BlockDecoder.ReadHeader(
                    access.UpTo(place.Offset, Math.Min(place.Length, BlockFormat.HeadBytesMax)), identity, place);
                if (header.Payload != BlockPayload.Here && !expired.Has(identity.FirstIndex))
                {
                    return $"'{source.Path}' has no payload of the entries from {identity.FirstIndex:N0} on, and "
                        + $"{LedgerName.Audit} does not say that they have expired";
                }
            }

            return null;
        }
        catch (BlockDamagedException damage)
        {
            return damage.Message;
        }
        finally
        {
            access.Dispose();
        }
    }
}
