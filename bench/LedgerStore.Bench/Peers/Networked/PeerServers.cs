// The servers of the networked cells, those that are installed; the others are named as absent. Owned by the suite.
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class PeerServers(BenchRun run) : IDisposable
{
    private readonly List<IDisposable> _started = [];
    private LedgerPeer? _ledger;

    public LedgerPeer Ledger => _ledger ?? throw new InvalidOperationException("the servers are not started");

    public PostgresPeer? Postgres { get; private set; }

    public EtcdPeer? Etcd { get; private set; }

    public NatsPeer? Nats { get; private set; }

    public NatsPeer? NatsSync { get; private set; }

    public void Start(PeerFolder folder)
    {
        PeerPki pki = new(folder);
        _ledger = Keep(new LedgerPeer());
        bool postgres = PostgresPeer.IsInstalled;
        Postgres = Start("postgres", PostgresPeer.Install, postgres, () => new PostgresPeer(folder, pki));
        if (Postgres is not null)
        {
            PostgresLoads.Create(Postgres);
        }

        bool etcd = PeerProcess.Find("etcd") is not null;
        Etcd = Start("etcd", EtcdPeer.Install, etcd, () => new EtcdPeer(folder, pki));
        bool nats = PeerProcess.Find("nats-server") is not null;
        Nats = Start("nats", NatsPeer.Install, nats, () => new NatsPeer(folder, pki, synchronous: false));
        NatsSync = Start("nats_sync", NatsPeer.Install, nats, () => new NatsPeer(folder, pki, synchronous: true));
    }

    public void Dispose()
    {
        _started.Reverse();
        _started.ForEach(each => each.Dispose());
        _started.Clear();
    }

    private T? Start<T>(string name, string install, bool installed, Func<T> start)
        where T : class, IPeerServer
    {
        if (!installed)
        {
            run.Note($"{name}: ABSENT; {install}, or bench/peers/install for all");
            return null;
        }

        try
        {
            T server = Keep(start());
            run.Note($"{name}: {server.Version}");
            return server;
        }
        catch (PeerException error)
        {
            run.Note($"{name}: DID NOT START, left out: {error.Message}");
            return null;
        }
    }

    private T Keep<T>(T server)
        where T : IDisposable
    {
        _started.Add(server);
        return server;
    }
}
