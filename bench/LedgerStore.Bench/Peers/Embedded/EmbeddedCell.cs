// The cell of the embedded systems: four writers, each with batches of 256 records, each waiting until its batch is
// durable before the next. Owned by the suite.
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class EmbeddedCell(BenchRun run, PeerFolder folder, PeerDurability durability)
{
    private const string Cell = "embedded_batched";
    private const int Writers = 4;

    public async Task RunAsync()
    {
        await VerifyAsync("1_writer", writers: 1, decides: true);
        await VerifyAsync("4_writers", Writers, decides: false);
        List<IContender> contenders = Start(Writers, says: true);
        // As long as our journal takes to have all its files, and use them again; the same for the others.
        PeerCell cell = new(run, Cell, durability, TimeSpan.FromSeconds(run.Options.Quick ? 6 : 20));
        await cell.MeasureAsync(contenders);
        IContender ours = contenders[0];
        cell.Ratio($"{Cell}.ratio_to_sqlite_rocksdb", ours, peer => peer.Name is "sqlite" or "rocksdb");
        cell.Ratio($"{Cell}.ratio_to_fasterlog", ours, peer => peer.Name is "fasterlog");
        cell.NoteWinners(ours);
    }

    private async Task VerifyAsync(string callers, int writers, bool decides)
    {
        foreach (IContender contender in Start(writers, says: false))
        {
            await durability.VerifyAsync(contender, callers, decides);
        }
    }

    private List<IContender> Start(int writers, bool says)
    {
        List<IContender> contenders = [];
        foreach (string system in EmbeddedTask.Systems)
        {
            try
            {
                EmbeddedContender contender = new(system, writers, folder);
                contenders.Add(contender);
                Say(says, $"{system}: {contender.Version}");
            }
            catch (PeerException error)
            {
                Say(says, $"{system}: ABSENT, or did not start: {error.Message}; bench/peers/install helps");
            }
        }

        if (RocksDbContender.IsInstalled)
        {
            contenders.Add(new RocksDbContender(writers, folder));
        }
        else
        {
            Say(says, $"rocksdb: ABSENT; {RocksDbContender.Install}, or bench/peers/install for all");
        }

        return contenders;
    }

    private void Say(bool says, string note)
    {
        if (says)
        {
            run.Note(note);
        }
    }
}
