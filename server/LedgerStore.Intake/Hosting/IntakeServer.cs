// A running intake: its client of the store, a pipeline for each source, and the doors that sources are reached by.
// Started, changed and stopped by one thread at a time; requests run on the thread pool.
using LedgerStore.Client;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Delivering;
using LedgerStore.Intake.Doors;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Intake.Hosting;

internal sealed class IntakeServer : IAsyncDisposable
{
    private readonly ILoggerFactory _logging;
    private readonly IntakeLog _log;
    private readonly TimeProvider _time;
    private readonly LedgerClient _client;
    private readonly Pipelines _pipelines;
    private readonly MemoryBudget _budget;
    private readonly Dictionary<string, IDoor> _doors = new(StringComparer.Ordinal);
    private readonly IntakeMetrics _metrics;
    private OperationsDoor? _operations;
    private volatile IntakeStatus _status = new([]);
    private IntakeConfig _config;
    private SenderTrust? _trust;
    private bool _isDisposed;

    private IntakeServer(IntakeConfig config, ILoggerFactory logging, TimeProvider time)
    {
        _config = config;
        _logging = logging;
        _time = time;
        _log = new IntakeLog(logging.CreateLogger("LedgerStore.Intake"));
        _client = new LedgerClient(new LedgerClientOptions
        {
            Address = config.Store.Address,
            CertificateFile = config.Store.Certificate,
            KeyFile = config.Store.Key,
            CaFile = config.Store.Ca,
            ServerName = config.Store.ServerName,
            Time = time,
        });
        _pipelines = new Pipelines(
            _client, config.State, config.AnswerWithin, logging.CreateLogger("LedgerStore.Client"), time);
        _budget = new MemoryBudget(config.MemoryBytes);
        _metrics = new IntakeMetrics(() => _status, _budget);
    }

    /// <summary>Completes when the intake can acknowledge nothing more, and must end: why.</summary>
    public Task<(string Source, string Reason)> Failure => _pipelines.Failure.Task;

    /// <summary>The files of TLS, as the configuration names them now.</summary>
    public TlsFiles? Tls => _config.Tls;

    /// <summary>What is counted of each source.</summary>
    public IntakeStatus Status => _status;

    /// <summary>Where status, metrics and health are, if anywhere.</summary>
    public Uri? OperationsAddress => _operations?.Address;

    /// <summary>Starts to serve.</summary>
    /// <exception cref="IntakeConfigException">A file that the configuration names cannot be used.</exception>
    public static async Task<IntakeServer> StartAsync(IntakeConfig config, ILoggerFactory logging, TimeProvider time)
    {
        IntakeServer server = new(config, logging, time);
        try
        {
            await server.ApplyAsync(config).ConfigureAwait(false);
            if (config.Operations is { } listen)
            {
                server._operations = new OperationsDoor(listen, () => server._status, logging);
                await server._operations.StartAsync().ConfigureAwait(false);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where a source is reached, with the port that the system chose if none was named.</summary>
    public Uri AddressOf(string source)
    {
        SourceConfig config = _config.Sources.Single(each => each.Name == source);
        return new Uri(_doors[KeyOf(config)].Address, config.Path);
    }

    /// <summary>Serves other sources from now on. What cannot be used changes nothing.</summary>
    /// <exception cref="IntakeConfigException">It cannot be used, and why.</exception>
    public async Task ApplyAsync(IntakeConfig config)
    {
        RequireSame(config);
        SenderTrust? trust = LoadTrust(config);
        try
        {
            await ServeAsync(config, trust).ConfigureAwait(false);
        }
        catch when (_status.Sources.Count > 0)
        {
            // Pipelines may have been exchanged before it was found out: those of before come back.
            await ServeAsync(_config, _trust).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ServeAsync(IntakeConfig config, SenderTrust? trust)
    {
        List<ServedSource> sources = [];
        foreach (SourceConfig source in config.Sources)
        {
            sources.Add(new ServedSource(source, await OpenAsync(source).ConfigureAwait(false)));
        }

        await ExchangeDoorsAsync(sources, trust).ConfigureAwait(false);
        await _pipelines.CloseOthersAsync(config.Sources.Select(each => each.Name)).ConfigureAwait(false);
        foreach ((SourceConfig source, SourcePipeline pipeline) in sources)
        {
            pipeline.Use(source.Noise);
        }

        _config = config;
        _trust = trust;
        _status = new IntakeStatus(sources);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        // Doors first: what they took is answered. Then the spools, which keep what is not delivered.
        await Task.WhenAll(_doors.Values.Select(door => door.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _pipelines.DisposeAsync().ConfigureAwait(false);
        if (_operations is not null)
        {
            await _operations.DisposeAsync().ConfigureAwait(false);
        }

        _metrics.Dispose();
        await _client.DisposeAsync().ConfigureAwait(false);
        _log.Stopped();
    }

    // What is of another kind is another door, also where it takes over an address.
    private static string KeyOf(SourceConfig source) =>
        source.Listen is not { } listen ? $"file {source.Name} {source.File}"
        : (source.Kind.IsHttp() ? "http " : $"{source.Kind} ")
            + (listen.Port == 0 ? $"{listen}/{source.Name}" : $"{listen}");

    // Everything else can be exchanged while it runs.
    private void RequireSame(IntakeConfig config)
    {
        bool isSame = config.State == _config.State && config.Store == _config.Store
            && Equals(config.Operations, _config.Operations) && config.MemoryBytes == _config.MemoryBytes
            && config.AnswerWithin == _config.AnswerWithin && config.Tls is null == _config.Tls is null;
        if (!isSame)
        {
            throw new IntakeConfigException(
                ["state, store, operations, memory, answer_within, and whether there is tls, hold from one start to "
                + "the next; restart the intake to change them"]);
        }
    }

    private SenderTrust? LoadTrust(IntakeConfig config)
    {
        try
        {
            return config.Tls is { } files ? SenderTrust.Load(files, _time) : null;
        }
        catch (Pki.PkiException error)
        {
            throw new IntakeConfigException([$"tls: {error.Message}"]);
        }
    }

    private async Task<SourcePipeline> OpenAsync(SourceConfig source)
    {
        try
        {
            return await _pipelines.OpenAsync(source).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new IntakeConfigException([$"the state of {source.Name} cannot be used: {error.Message}"]);
        }
    }

    private async Task ExchangeDoorsAsync(List<ServedSource> sources, SenderTrust? trust)
    {
        Dictionary<string, ServedSource[]> wanted = sources
            .GroupBy(source => KeyOf(source.Config), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        await OpenDoorsAsync(wanted, trust).ConfigureAwait(false);
        foreach ((string key, ServedSource[] served) in wanted)
        {
            _doors[key].Exchange(served, trust);
        }

        foreach (string gone in _doors.Keys.Except(wanted.Keys).ToArray())
        {
            _doors.Remove(gone, out IDoor? door);
            await door!.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Those that are new, all or none: an address that is taken changes nothing.
    private async Task OpenDoorsAsync(Dictionary<string, ServedSource[]> wanted, SenderTrust? trust)
    {
        Dictionary<string, IDoor> fresh = new(StringComparer.Ordinal);
        try
        {
            foreach ((string key, ServedSource[] served) in wanted.Where(each => !_doors.ContainsKey(each.Key)))
            {
                IDoor door = DoorOf(served, trust);
                fresh.Add(key, door);
                await door.StartAsync().ConfigureAwait(false);
            }
        }
        catch
        {
            await Task.WhenAll(fresh.Values.Select(door => door.DisposeAsync().AsTask())).ConfigureAwait(false);
            throw;
        }

        foreach ((string key, IDoor door) in fresh)
        {
            _doors.Add(key, door);
            foreach (SourceConfig source in wanted[key].Select(each => each.Config))
            {
                _log.Serving(source.Name, source.Ledger, new Uri(door.Address, source.Path).ToString());
            }
        }
    }

    private IDoor DoorOf(ServedSource[] served, SenderTrust? trust) => served[0].Config switch
    {
        { Kind: SourceKind.File } file => new FileDoor(
            served[0], Path.Combine(_config.State, file.Name, "position"), _time),
        { Kind: SourceKind.Syslog, Listen: { } listen } =>
            new StreamDoor(listen, served[0], static () => new SyslogDialect(), trust!, _time),
        { Kind: SourceKind.Audisp, Listen: { } listen } =>
            new StreamDoor(listen, served[0], static () => new AuditDialect(), trust!, _time),
        var source => new HttpDoor(source.Listen!, served, trust, _budget, _logging, _time),
    };
}
