// etcd as Debian has it, one member, through the package dotnet-etcd. Owned by the suite.
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using dotnet_etcd;
using Etcdserverpb;
using Grpc.Core;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class EtcdPeer : IPeerServer
{
    public const string Install = "apt-get install etcd-server";
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(20);

    private readonly PeerPki _pki;
    private readonly int _port = PeerFolder.FreePort();
    private readonly PeerProcess _process;

    public EtcdPeer(PeerFolder folder, PeerPki pki)
    {
        _pki = pki;
        string program = PeerProcess.Find("etcd") ?? throw new PeerException("absent");
        string client = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{_port}");
        string peer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PeerFolder.FreePort()}");
        _process = new PeerProcess(
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
            _process.Dispose();
            throw;
        }

        string first = PeerProcess.Run(program, "--version").Split('\n')[0];
        Version = first.Replace(" Version:", "", StringComparison.Ordinal);
    }

    public string Name => "etcd";

    public string Version { get; }

    public int ProcessId => _process.Id;

    public string? SynchronousDirectory => null;

    public void Dispose() => _process.Dispose();

    /// <summary>One connection.</summary>
    public EtcdClient Connect() => new(
        string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{_port}"),
        tls =>
        {
            tls.ClientCertificates = [_pki.LoadClient()];
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _pki.LoadCa() },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        });

    private void WaitUntilReady()
    {
        using EtcdClient client = Connect();
        long until = Environment.TickCount64 + (long)s_startTime.TotalMilliseconds;
        while (true)
        {
            _process.ThrowIfEnded();
            try
            {
                client.Put(new PutRequest { Key = EtcdLoads.Key(0), Value = EtcdLoads.Key(0) });
                return;
            }
            catch (RpcException error)
            {
                if (Environment.TickCount64 > until)
                {
                    throw new PeerException($"no answer within {s_startTime.TotalSeconds} s: {error.Message}");
                }
            }

            Thread.Sleep(100);
        }
    }
}
