// NATS with JetStream as Debian has it. Version 2.9 acknowledges a message when it is in the page cache and syncs every
// two minutes. In the synchronous form its directory has the attribute S: the file system makes each write durable.
using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class NatsPeer : IPeerServer
{
    public const string Install = "apt-get install nats-server";
    public const string Subject = "audit";

    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(20);

    private readonly PeerPki _pki;
    private readonly int _port = PeerFolder.FreePort();
    private readonly PeerProcess _process;

    /// <exception cref="PeerException">It is not there, or the file system has no attribute S.</exception>
    public NatsPeer(PeerFolder folder, PeerPki pki, bool synchronous)
    {
        _pki = pki;
        Name = synchronous ? "nats_sync" : "nats";
        string program = PeerProcess.Find("nats-server") ?? throw new PeerException("absent");
        string store = folder.NewDirectory(Name);
        if (synchronous)
        {
            // Files that are made in a directory with S have it too.
            PeerProcess.Run("chattr", "+S", store);
            SynchronousDirectory = store;
        }

        string configuration = folder.PathOf($"{Name}.conf");
        File.WriteAllText(configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            listen: "127.0.0.1:{{_port}}"
            jetstream { store_dir: "{{store}}", max_mem: 64MB, max_file: 16GB }
            tls {
              cert_file: "{{pki.ServerFile}}"
              key_file: "{{pki.ServerKeyFile}}"
              ca_file: "{{pki.CaFile}}"
              verify: true
            }
            """));
        _process = new PeerProcess(folder.PathOf($"{Name}.log"), [program, "-c", configuration]);
        try
        {
            WaitUntilReady();
        }
        catch
        {
            _process.Dispose();
            throw;
        }

        Version = PeerProcess.Run(program, "--version").Trim();
    }

    public string Name { get; }

    public string Version { get; }

    public int ProcessId => _process.Id;

    public string? SynchronousDirectory { get; }

    public void Dispose() => _process.Dispose();

    public NatsConnection Connect() => new(new NatsOpts
    {
        Url = string.Create(CultureInfo.InvariantCulture, $"tls://127.0.0.1:{_port}"),
        TlsOpts = new NatsTlsOpts
        {
            CaFile = _pki.CaFile,
            CertFile = _pki.ClientFile,
            KeyFile = _pki.ClientKeyFile,
        },
        RequestReplyMode = NatsRequestReplyMode.Direct,
    });

    private void WaitUntilReady()
    {
        long until = Environment.TickCount64 + (long)s_startTime.TotalMilliseconds;
        while (true)
        {
            _process.ThrowIfEnded();
            try
            {
                CreateStreamAsync().GetAwaiter().GetResult();
                return;
            }
            catch (NatsException error)
            {
                if (Environment.TickCount64 > until)
                {
                    throw new PeerException($"no connection within {s_startTime.TotalSeconds} s: {error.Message}");
                }
            }

            Thread.Sleep(100);
        }
    }

    private async Task CreateStreamAsync()
    {
        await using NatsConnection connection = Connect();
        await connection.ConnectAsync();
        await new NatsJSContext(connection).CreateStreamAsync(new StreamConfig("AUDIT", [Subject])
        {
            Storage = StreamConfigStorage.File,
        });
    }
}
