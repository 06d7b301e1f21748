// Where everything that the peers write lies: one directory below TMPDIR, gone with the suite. Owned by the suite.
using System.Net;
using System.Net.Sockets;

namespace LedgerStore.Bench.Peers;

internal sealed class PeerFolder : IDisposable
{
    // Others may pass through: a server that runs as another user has its own directory in it.
    private const UnixFileMode PassThrough = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly DirectoryInfo _folder;

    public PeerFolder()
    {
        string parent = Environment.GetEnvironmentVariable("LEDGERSTORE_BENCH_DIR") ?? Path.GetTempPath();
        _folder = Directory.CreateDirectory(
            Path.Combine(parent, $"ledgerstore-peers-{Environment.ProcessId}"), PassThrough);
        _folder.UnixFileMode = PassThrough;
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string NewDirectory(string name) => _folder.CreateSubdirectory(name).FullName;

    /// <summary>A port on loopback that nobody listens on now.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder.FullName))
        {
            _folder.Delete(recursive: true);
        }
    }
}
