// LedgerStore beside what people use instead: the same records, the same durability, the same callers, the same
// machine, in turns. Networked systems over mutual TLS on loopback, embedded ones in processes of their own.
using System.Runtime.InteropServices;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Peers.Embedded;
using LedgerStore.Bench.Peers.Networked;

namespace LedgerStore.Bench.Peers;

internal sealed class PeersSuite : IBenchSuite
{
    private const string NetworkedPart = "networked";
    private const string EmbeddedPart = "embedded";
    private const int InterruptedExitCode = 130;

    public string Name => "peers";

    public string Summary => "beside PostgreSQL, etcd, NATS, SQLite, RocksDB, FasterLog: what is installed of them";

    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.AtLeast("peers.single_1_caller.ratio_to_best", 0.8),
        Target.AtLeast("peers.single_64_callers.ratio_to_best", 8),
        Target.AtLeast("peers.batched.ratio_to_best", 2),
        Target.AtLeast("peers.single_64_callers.ratio_to_best_with_separate_connections", 3),
        Target.AtLeast("peers.tamper_evident.cpu_ratio_to_best", 20),
        Target.AtLeast("peers.tamper_evident_batched.ratio_to_best", 2),
        Target.AtLeast("peers.tamper_evident_batched.cpu_ratio_to_best", 1.5),
        Target.AtLeast("peers.embedded_batched.ratio_to_sqlite_rocksdb", 2),
        Target.AtLeast("peers.embedded_batched.ratio_to_fasterlog", 1),
    ];

    public void Run(BenchRun run)
    {
        using PeerFolder folder = new();
        using PeerServers servers = new(run);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        RunAsync(run, folder, servers).GetAwaiter().GetResult();
        PeerNotes.Write(run);

        // Whoever gives up waiting must not leave servers and their data behind.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            servers.Dispose();
            folder.Dispose();
            Environment.Exit(InterruptedExitCode);
        }
    }

    private static async Task RunAsync(BenchRun run, PeerFolder folder, PeerServers servers)
    {
        PeerDurability durability = new(run);
        if (run.Options.Includes(NetworkedPart))
        {
            servers.Start(folder);
            NetworkedCells cells = new(run, servers, folder, durability);
            await cells.VerifyAsync();
            await cells.AgeAsync();
            await cells.SingleAsync("single_1_caller", callers: 1);
            await cells.SingleAsync("single_64_callers", callers: 64);
            await cells.BatchedAsync();
            await cells.TamperEvidentAsync();
            await cells.TamperEvidentBatchedAsync();
            cells.CheckChains();
            servers.Dispose();
        }

        if (run.Options.Includes(EmbeddedPart))
        {
            await new EmbeddedCell(run, folder, durability).RunAsync();
        }
    }
}
