// etcd as Debian has it, one member, through our own channel. Owned by the suite.
using System.Globalization;
using Grpc.Core;
using LedgerStore.Bench.Peers.Etcd;
using LedgerStore.Client;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class EtcdPeer : IPeerServer
{
    public const string Install = "apt-get install etcd-server";
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);

    private readonly PeerPki pki;
    private readonly int port = PeerFolder.FreePort();
    private readonly PeerProcess process;

    public EtcdPeer(PeerFolder folder, PeerPki pki)
    {
        this.pki = pki;
        string program = PeerProcess.Find("etcd") ?? throw new PeerException("absent");
        string client = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}");
        string peer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PeerFolder.FreePort()}");
        process = new PeerProcess(
            folder.PathOf("etcd.log"),
            [
                program, "--name", "bench", "--data-dir", folder.PathOf("etcd"),
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"bench={peer}",
                "--cert-file", pki.ServerFile, "--key-file", pki.ServerKeyFile,
                "--client-cert-auth", "--trusted-ca-file", pki.CaFile,
                "--max-txn-ops", "256", "--quota-backend-bytes", "8589934592", "--log-level", "error",
            ]);
        try
        {
            WaitUntilReady();
        }
        catch
        {
            process.Dispose();
            throw;
        }

        string first = PeerProcess.Run(program, "--version").Split('\n')[0];
        Version = first.Replace(" Version:", "", StringComparison.Ordinal);
    }

    public string Name => "etcd";

    public string Version { get; }

    public int ProcessId => process.Id;

    public string? SynchronousDirectory => null;

    public void Dispose() => process.Dispose();

    public LedgerChannel Connect(int connections) => new(
        new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}")),
        new ChannelSettings
        {
            ClientCertificate = pki.LoadClient(),
            TrustedRoots = [pki.LoadCa()],
            ServerName = "localhost",
            Connections = connections,
        });

    private void WaitUntilReady()
    {
        using LedgerChannel channel = Connect(1);
        long until = Environment.TickCount64 + (long)StartTime.TotalMilliseconds;
        while (true)
        {
            process.ThrowIfEnded();
            try
            {
                PutRequest first = new() { Key = EtcdLoads.Key(0), Value = EtcdLoads.Key(0) };
                channel.UnaryAsync(EtcdLoads.Put, first, default)
                    .AsTask().GetAwaiter().GetResult();
                return;
            }
            catch (RpcException error)
            {
                if (Environment.TickCount64 > until)
                {
                    throw new PeerException($"no answer within {StartTime.TotalSeconds} s: {error.Message}");
                }
            }

            Thread.Sleep(100);
        }
    }
}
