// The figures that are part of the interface: whoever compares releases relies on these names.
// Their targets are with the suites that measure them.
namespace LedgerStore.Bench.Reports;

internal static class FigureNames
{
    /// <summary>Every one must be in the result of `bench all`, whether its target is met or not.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "proofs.node_hash.speedup",
        "proofs.bundle_hash.speedup",
        "proofs.tree_build.entries_per_second",
        "proofs.verify_inclusion.batched_per_second",
        "proofs.verify_inclusion.single_per_second",
        "engine.append.records_per_second",
        "engine.append.share_of_floor",
        "engine.append.alloc_bytes_per_record",
        "engine.append.ledgers_1000_vs_1",
        "engine.single.latency_vs_floor",
        "engine.read.sequential_records_per_second",
        "engine.read.random_warm_per_second",
        "engine.read.random_page_cache_per_second",
        "engine.disk.bytes_ratio",
        "engine.open.journal_mb_per_second",
        "engine.open.clean_ms_10m",
        "engine.memory.peak_anonymous_mb",
        "engine.memory.idle_10000_ledgers_mb",
        "checkpoint.signing_overhead",
        "checkpoint.publish_lag_ms",
        "checkpoint.lag_1000_ledgers_ms",
        "proofs.inclusion.per_second",
        "proofs.consistency.per_second",
        "proofs.inclusion.cold_ms",
        "verify.offline.entries_per_second",
        "wire.append.records_per_second",
        "wire.append.one_connection_records_per_second",
        "wire.append.server_alloc_bytes_per_record",
        "wire.unary.added_ms",
        "wire.unary.64_clients_per_second",
        "wire.read.records_per_second",
        "wire.proofs.per_second",
        "wire.idle.1000_connections_mb",
        "client.append.64_callers_records_per_second",
        "client.append.64x16_records_per_second",
        "client.verified_read.records_per_second",
        "client.import.lines_per_second",
        "tiers.append_slowdown",
        "tiers.warm_ratio",
        "peers.single_64_callers.ratio_to_best",
        "peers.batched.ratio_to_best",
        "peers.single_1_caller.ratio_to_best",
        "peers.tamper_evident.ratio_to_best",
        "peers.embedded_batched.ratio_to_sqlite_rocksdb",
        "peers.embedded_batched.ratio_to_fasterlog",
    ];
}
