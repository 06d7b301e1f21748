// What people point such senders at otherwise: rsyslog, which writes what it receives by TCP into a file, and syncs the
// file after each batch. Owned by the suite.
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using LedgerStore.Bench.Peers;

namespace LedgerStore.Bench.Intake;

internal sealed class RsyslogToFile : IDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly PeerProcess _process;
    private readonly int _port = PeerFolder.FreePort();
    private readonly byte[] _line;
    private long _bytes;

    /// <param name="record">What each line says.</param>
    public RsyslogToFile(string record, int batch)
    {
        _line = Encoding.UTF8.GetBytes($"<13>1 - - - - - - {record}\n");
        _folder = Directory.CreateDirectory(Path.Combine(
            Environment.GetEnvironmentVariable("LEDGERSTORE_BENCH_DIR") ?? Path.GetTempPath(),
            $"ledgerstore-bench-rsyslog-{Environment.ProcessId}"));
        string configuration = Path.Combine(_folder.FullName, "rsyslog.conf");
        File.WriteAllText(configuration, $$"""
            global(workDirectory="{{_folder.FullName}}" maxMessageSize="64k")
            module(load="imptcp")
            template(name="record" type="string" string="%msg%\n")
            input(type="imptcp" address="127.0.0.1" port="{{_port}}" ruleset="store")
            ruleset(name="store" queue.type="LinkedList" queue.size="100000" queue.dequeueBatchSize="{{batch}}") {
              action(type="omfile" file="{{Out}}" template="record" sync="on" flushOnTXEnd="on")
            }

            """);
        _process = new PeerProcess(
            Path.Combine(_folder.FullName, "log"),
            [PeerProcess.Find("rsyslogd")!, "-n", "-f", configuration, "-i", Path.Combine(_folder.FullName, "pid")]);
    }

    public static bool IsInstalled => PeerProcess.Find("rsyslogd") is not null;

    public double CpuSeconds => PeerProcess.CpuSeconds(_process.Id);

    private string Out => Path.Combine(_folder.FullName, "out.log");

    /// <summary>Lines per second, until all of them are in the file.</summary>
    public async Task<(double Rate, long Lines)> RunAsync(int connections, TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long[] sent = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(_ => Task.Run(() => SendAsync(watch, time))));
        long lines = sent.Sum();

        // The message begins behind the header, with the blank in front of it.
        _bytes += lines * (_line.Length - "<13>1 - - - - - -".Length);
        while (!File.Exists(Out) || new FileInfo(Out).Length < _bytes)
        {
            _process.ThrowIfEnded();
            await Task.Delay(2);
        }

        return (lines / watch.Elapsed.TotalSeconds, lines);
    }

    public void Dispose()
    {
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<long> SendAsync(Stopwatch watch, TimeSpan time)
    {
        const int linesAtOnce = 100;
        byte[] lines = [.. Enumerable.Repeat(_line, linesAtOnce).SelectMany(static line => line)];
        using TcpClient client = await ConnectAsync();
        long sent = 0;
        for (; watch.Elapsed < time; sent += linesAtOnce)
        {
            await client.GetStream().WriteAsync(lines);
        }

        return sent;
    }

    private async Task<TcpClient> ConnectAsync()
    {
        while (true)
        {
            _process.ThrowIfEnded();
            TcpClient client = new();
            try
            {
                await client.ConnectAsync("127.0.0.1", _port);
                return client;
            }
            catch (SocketException)
            {
                client.Dispose();
                await Task.Delay(20);
            }
        }
    }
}
