// LedgerVisit: a floor that was raised reaches what is in the cold store already, where that can forbid deleting.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    /// <summary>Once for each floor, and once since the store was opened: then nobody knows how far an earlier visit
    /// came.</summary>
    private async Task KeepLongerAsync(OpenLedger log, RetentionPolicy policy)
    {
        if (policy.Floor <= log.KeptFloor || ground.Services.Cold is not { } cold)
        {
            return;
        }

        DateTimeOffset now = WallTime.At(ground.Now());
        SegmentList list = log.Segments.List;
        for (int i = 0; i < list.Count; i++)
        {
            if (Current(log, i)?.Facts is not { Tier: SegmentTier.Cold } facts)
            {
                continue;
            }

            DateTimeOffset until = FloorOf(facts, policy);
            if (until <= now)
            {
                continue;
            }

            // A crash in here changes nothing: the next start asks for all of them.
            if (await pace.Until(cold.KeepUntilAsync(facts.Location, until, CancellationToken.None))
                .ConfigureAwait(false))
            {
                counters.KeptLonger();
            }

            await pace.Work();
        }

        log.KeptFloor = policy.Floor;
    }

    private static DateTimeOffset FloorOf(SealedFacts facts, RetentionPolicy policy)
    {
        DateTimeOffset last = WallTime.At(facts.LastMicros);
        return DateTimeOffset.MaxValue - last < policy.Floor ? DateTimeOffset.MaxValue : last + policy.Floor;
    }
}
