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

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);

    private readonly PeerPki pki;
    private readonly int port = PeerFolder.FreePort();
    private readonly PeerProcess process;

    /// <exception cref="PeerException">It is not there, or the file system has no attribute S.</exception>
    public NatsPeer(PeerFolder folder, PeerPki pki, bool synchronous)
    {
        this.pki = pki;
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
            listen: "127.0.0.1:{{port}}"
            jetstream { store_dir: "{{store}}", max_mem: 64MB, max_file: 16GB }
            tls {
              cert_file: "{{pki.ServerFile}}"
              key_file: "{{pki.ServerKeyFile}}"
              ca_file: "{{pki.CaFile}}"
              verify: true
            }
            """));
        process = new PeerProcess(folder.PathOf($"{Name}.log"), [program, "-c", configuration]);
        try
        {
            WaitUntilReady();
        }
        catch
        {
            process.Dispose();
            throw;
        }

        Version = PeerProcess.Run(program, "--version").Trim();
    }

    public string Name { get; }

    public string Version { get; }

    public int ProcessId => process.Id;

    public string? SynchronousDirectory { get; }

    public void Dispose() => process.Dispose();

    public NatsConnection Connect() => new(new NatsOpts
    {
        Url = string.Create(CultureInfo.InvariantCulture, $"tls://127.0.0.1:{port}"),
        TlsOpts = new NatsTlsOpts
        {
            CaFile = pki.CaFile,
            CertFile = pki.ClientFile,
            KeyFile = pki.ClientKeyFile,
        },
        RequestReplyMode = NatsRequestReplyMode.Direct,
    });

    private void WaitUntilReady()
    {
        long until = Environment.TickCount64 + (long)StartTime.TotalMilliseconds;
        while (true)
        {
            process.ThrowIfEnded();
            try
            {
                CreateStreamAsync().GetAwaiter().GetResult();
                return;
            }
            catch (NatsException error)
            {
                if (Environment.TickCount64 > until)
                {
                    throw new PeerException($"no connection within {StartTime.TotalSeconds} s: {error.Message}");
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
