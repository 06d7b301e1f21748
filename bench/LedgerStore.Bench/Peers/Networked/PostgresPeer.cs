// PostgreSQL as Debian has it: a cluster of its own in the bench directory, on its own port, only over TLS and only
// with a client certificate. It refuses to run as root; then it runs as the user that its package made.
using System.Globalization;
using Npgsql;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class PostgresPeer : IPeerServer
{
    public const string Install = "apt-get install postgresql-15";
    private const string User = "postgres";
    private const string Binaries = "/usr/lib/postgresql";
    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(20);

    private readonly PeerPki _pki;
    private readonly string _data;
    private readonly int _port = PeerFolder.FreePort();
    private readonly PeerProcess _process;

    public PostgresPeer(PeerFolder folder, PeerPki pki)
    {
        _pki = pki;
        string binaries = Folder() ?? throw new PeerException("absent");
        _data = Path.Combine(folder.NewDirectory("postgres"), "data");
        Own(Path.GetDirectoryName(_data)!);
        PeerProcess.Run([.. AsUser, Path.Combine(binaries, "initdb"),
            "-D", _data, "-U", PeerPki.ClientName, "-E", "UTF8", "--locale=C", "--auth=reject"]);
        WriteConfiguration();
        _process = new PeerProcess(
            folder.PathOf("postgres.log"), [.. AsUser, Path.Combine(binaries, "postgres"), "-D", _data]);
        try
        {
            Version = WaitUntilReady();
        }
        catch
        {
            _process.Dispose();
            throw;
        }
    }

    public static bool IsInstalled => Folder() is not null;

    public string Name => "postgres";

    public string Version { get; }

    public int ProcessId => _process.Id;

    public string? SynchronousDirectory => null;

    private static string[] AsUser => PeerProcess.IsRoot
        ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", "--"]
        : [];

    public void Dispose() => _process.Dispose();

    public NpgsqlDataSource Connect(bool multiplexing) => new NpgsqlDataSourceBuilder(
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = _port,
            Username = PeerPki.ClientName,
            Database = "postgres",
            SslMode = SslMode.VerifyFull,
            RootCertificate = _pki.CaFile,
            SslCertificate = _pki.ClientFile,
            SslKey = _pki.ClientKeyFile,
            MaxPoolSize = 100,
            Multiplexing = multiplexing,
            MaxAutoPrepare = multiplexing ? 8 : 0,
        }.ConnectionString).Build();

    /// <summary>Goes through 1 GB of log files, which the checkpoint then makes ready to be used again.</summary>
    public void Age()
    {
        const int Files = 64;
        using NpgsqlDataSource source = Connect(multiplexing: false);
        using NpgsqlConnection connection = source.OpenConnection();
        for (int i = 0; i < Files; i++)
        {
            Execute(connection, "SELECT pg_logical_emit_message(false, 'bench', 'next'); SELECT pg_switch_wal()");
        }

        Execute(connection, "CHECKPOINT");
    }

    private static void Execute(NpgsqlConnection connection, string statement)
    {
        using NpgsqlCommand command = new(statement, connection);
        command.ExecuteNonQuery();
    }

    private static string? Folder() => !Directory.Exists(Binaries) ? null : Directory.GetDirectories(Binaries)
        .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out int version) ? version : 0)
        .Select(folder => Path.Combine(folder, "bin"))
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    // fsync, synchronous_commit, full_page_writes and wal_sync_method stay as they are: on, on, on, fdatasync.
    private void WriteConfiguration()
    {
        File.Copy(_pki.CaFile, Path.Combine(_data, "ca.pem"));
        File.Copy(_pki.ServerFile, Path.Combine(_data, "server.pem"));
        File.Copy(_pki.ServerKeyFile, Path.Combine(_data, "server.key"));
        File.AppendAllText(Path.Combine(_data, "postgresql.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            listen_addresses = '127.0.0.1'
            port = {_port}
            unix_socket_directories = ''
            max_connections = 150
            ssl = on
            ssl_cert_file = 'server.pem'
            ssl_key_file = 'server.key'
            ssl_ca_file = 'ca.pem'
            shared_buffers = 512MB
            min_wal_size = 2GB
            max_wal_size = 4GB
            """));
        File.WriteAllText(Path.Combine(_data, "pg_hba.conf"), "hostssl all all 127.0.0.1/32 cert\n");
        Own(_data);
    }

    private static void Own(string directory)
    {
        if (PeerProcess.IsRoot)
        {
            PeerProcess.Run("chown", "-R", $"{User}:{User}", directory);
        }
    }

    private string WaitUntilReady()
    {
        using NpgsqlDataSource source = Connect(multiplexing: false);
        long until = Environment.TickCount64 + (long)s_startTime.TotalMilliseconds;
        while (true)
        {
            _process.ThrowIfEnded();
            try
            {
                using NpgsqlConnection connection = source.OpenConnection();
                Version? npgsql = typeof(NpgsqlConnection).Assembly.GetName().Version;
                return $"PostgreSQL {connection.ServerVersion}, Npgsql {npgsql}";
            }
            catch (NpgsqlException error)
            {
                if (Environment.TickCount64 > until)
                {
                    throw new PeerException($"no connection within {s_startTime.TotalSeconds} s: {error.Message}");
                }
            }

            Thread.Sleep(100);
        }
    }
}
