// What is measured of a store whenever somebody collects: one line for each instrument. Any thread.
using System.Diagnostics.Metrics;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine;

/// <summary>The observed instruments of a store.</summary>
internal static class StoreMeters
{
    public static void Observe(StoreCore core)
    {
        ObserveAppends(core, core.Meter);
        ObserveReads(core, core.Meter);
        ObserveTiers(core, core.Meter);
        ObserveIndexes(core, core.Meter);
        if (core.Checkpointer is { } signer)
        {
            ObserveCheckpoints(core, signer, core.Meter);
        }
    }

    private static void ObserveAppends(StoreCore core, EngineMeter meter)
    {
        meter.Observe(
            "ledgerstore.append.waiting", "{batch}", "batches that wait for room", () => core.Gate.WaitingCount);
        meter.Observe("ledgerstore.frame.durable", "{frame}", "last durable frame", () => core.Gate.DurableFrame.Value);
        meter.Observe("ledgerstore.frame.bundled", "{frame}", "last bundled frame", () => core.Bundler.ProcessedFrame);
        meter.Observe(
            "ledgerstore.journal.retained", "{file}", "files behind the present one", () => core.Journal.RetainedCount);
        meter.Observe(
            "ledgerstore.memory.held", "By", "bundles that are not on the disk", () => core.Bundler.HeldBytes);
        meter.Observe("ledgerstore.ledgers.open", "{ledger}", "ledgers in use", () => core.Ledgers.All.Count);
    }

    private static void ObserveReads(StoreCore core, EngineMeter meter)
    {
        BundleCache cache = core.Ground.Services.Cache;
        meter.Observe("ledgerstore.cache.bytes", "By", "decoded bundles in memory", () => cache.Bytes);
        meter.Observe("ledgerstore.cache.hits", "{read}", "reads from memory", () => cache.Hits);
        meter.Observe("ledgerstore.cache.misses", "{read}", "reads from files", () => cache.Misses);
        meter.Observe(
            "ledgerstore.scrub.bytes", "By", "segment bytes read to check them", () => core.Scrubber.Bytes);
        meter.Observe("ledgerstore.scrub.findings", "{finding}", "what checking found", () => core.Scrubber.Findings);
        meter.Observe(
            "ledgerstore.scrub.rounds", "{round}", "rounds through all segments", () => core.Scrubber.FullRounds);
        meter.Observe(
            "ledgerstore.scrub.withheld", "{range}", "ranges that readers are refused",
            () => core.Ground.Services.Withheld.Count);
    }

    private static void ObserveCheckpoints(StoreCore core, Checkpointer signer, EngineMeter meter)
    {
        meter.Observe("ledgerstore.checkpoint.signed", "{checkpoint}", "signatures made", () => signer.SignedCount);
        meter.Observe(
            "ledgerstore.checkpoint.cpu", "us", "processor time used for signing", () => signer.UsedNanos / 1000);
        meter.Observe(
            "ledgerstore.checkpoint.round", "us", "the last round: longer than the interval when it is stretched",
            () => signer.RoundNanos / 1000);
        meter.Observe("ledgerstore.checkpoint.waiting", "{ledger}", "ledgers that grew", () => core.Ledgers.GrownCount);
    }

    private static void ObserveTiers(StoreCore core, EngineMeter meter)
    {
        meter.Observe("ledgerstore.tiers.rounds", "{round}", "looks at all ledgers", () => core.Tiering.Status.Rounds);
        meter.Observe(
            "ledgerstore.tiers.recompressed", "{segment}", "hot to warm", () => core.Tiering.Status.Recompressed);
        meter.Observe("ledgerstore.tiers.cold", "{segment}", "warm to cold", () => core.Tiering.Status.MovedCold);
        meter.Observe(
            "ledgerstore.tiers.expired", "{entry}", "entries that expired", () => core.Tiering.Status.Expired);
        meter.Observe("ledgerstore.tiers.filler", "{entry}", "made to close bundles", () => core.Tiering.Status.Filled);
        meter.Observe(
            "ledgerstore.tiers.kept_longer", "{object}", "cold objects whose own retention was extended",
            () => core.Tiering.Status.KeptLonger);
        meter.Observe("ledgerstore.tiers.failures", "{move}", "moves that failed", () => core.Tiering.Status.Failures);
        meter.Observe(
            "ledgerstore.tiers.refused", "{ledger}", "ledgers of which nothing expires: see the status",
            () => core.Ledgers.All.Count(static ledger => ledger.ExpiryRefusal is not null));
        meter.Observe(
            "ledgerstore.tiers.bytes", "By", "read and written in the background", () => core.Tiering.Status.Bytes);
        meter.ObserveEach(
            "ledgerstore.tier.segments", "{segment}", "segments by tier",
            () => Tiers(core, static one => one.Segments));
        meter.ObserveEach(
            "ledgerstore.tier.entries", "{entry}", "entries by tier",
            () => Tiers(core, static one => one.Entries));
        meter.ObserveEach(
            "ledgerstore.tier.bytes", "By", "stored bytes by tier",
            () => Tiers(core, static one => one.StoredBytes));
        meter.ObserveEach(
            "ledgerstore.tier.raw", "By", "what its entries are without compression, by tier",
            () => Tiers(core, static one => one.RawBytes));
        meter.ObserveEach("ledgerstore.tier.oldest", "s", "Unix time of the oldest entry by tier", () => Oldest(core));
        meter.Observe(
            "ledgerstore.tiers.next.expiry", "s", "Unix time of the next expiry, 0 when none is known",
            () => core.TieringStatus().NextExpiry?.ToUnixTimeSeconds() ?? 0);
    }

    private static void ObserveIndexes(StoreCore core, EngineMeter meter)
    {
        meter.Observe(
            "ledgerstore.index.lag", "{segment}", "complete segments that are not indexed yet",
            () => core.Indexing.LagSegments);
        meter.Observe("ledgerstore.index.segments", "{segment}", "indexed", () => core.Indexing.Status.Segments);
        meter.Observe("ledgerstore.index.bytes", "By", "read and written for it", () => core.Indexing.Status.Bytes);
        meter.Observe("ledgerstore.index.failures", "{visit}", "that failed", () => core.Indexing.Status.Failures);
    }

    private static IEnumerable<Measurement<long>> Tiers(StoreCore core, Func<TierShare, long> value) => core.Ledgers.All
        .SelectMany(StoreCore.TiersOf)
        .GroupBy(static share => share.Tier, StringComparer.Ordinal)
        .Select(tier => new Measurement<long>(
            tier.Sum(value), new KeyValuePair<string, object?>("tier", tier.Key)));

    private static IEnumerable<Measurement<long>> Oldest(StoreCore core) => core.Ledgers.All
        .SelectMany(StoreCore.TiersOf)
        .Where(static share => share.Oldest is not null)
        .GroupBy(static share => share.Tier, StringComparer.Ordinal)
        .Select(static tier => new Measurement<long>(
            tier.Min(static share => share.Oldest!.Value.ToUnixTimeSeconds()),
            new KeyValuePair<string, object?>("tier", tier.Key)));
}
