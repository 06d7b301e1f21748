// Looks at intake.yaml and the files of TLS once a second, and has the server take up what changed. A file that is
// wrong changes nothing, and is told once. One loop of its own.
using System.Security.Cryptography;
using LedgerStore.Intake.Config;
using LedgerStore.Pki;

namespace LedgerStore.Intake.Hosting;

internal sealed class ConfigWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly IntakeServer _server;
    private readonly IntakeLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private string _seen;

    public ConfigWatch(string file, IntakeServer server, IntakeLog log, TimeProvider time)
    {
        _file = file;
        _server = server;
        _log = log;
        _seen = Look();
        _running = RunAsync(time);
    }

    /// <summary>Takes up what changed since the last look.</summary>
    public async Task CheckAsync()
    {
        string now = Look();
        if (now == _seen)
        {
            return;
        }

        _seen = now;
        try
        {
            IntakeConfig config = IntakeConfigReader.Load(_file);
            await _server.ApplyAsync(config).ConfigureAwait(false);
            _log.Reloaded(string.Join(", ", config.Sources.Select(source => source.Name)));
        }
        catch (Exception error) when (error is IntakeConfigException or IOException)
        {
            _log.ReloadRefused(error.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(TimeProvider time)
    {
        using PeriodicTimer timer = new(s_interval, time);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            await CheckAsync().ConfigureAwait(false);
        }
    }

    // Names, times and lengths prove nothing: a file that is put in place by rename can have the same of each.
    private string Look()
    {
        TlsFiles? tls = _server.Tls;
        return string.Join(' ', new[] { _file, tls?.Certificate, tls?.Key, tls?.ClientCa }.Select(HashOf));
    }

    private static string HashOf(string? file)
    {
        try
        {
            return file is null ? string.Empty : Convert.ToHexString(SHA256.HashData(PkiFiles.ReadBytes(file)));
        }
        catch (PkiException error)
        {
            return error.Message;
        }
    }
}
