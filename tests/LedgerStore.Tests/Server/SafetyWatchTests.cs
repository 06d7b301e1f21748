// A key, a configuration or a data directory that becomes open to others while the server runs is told once, in the
// log and in _audit.
using System.Runtime.Versioning;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Hosting;
using LedgerStore.Server.Operations;
using LedgerStore.Tests.Client;
using LedgerStore.Tests.Configuration;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Server;

[SupportedOSPlatform("linux")]
public sealed class SafetyWatchTests : IDisposable
{
    private readonly ConfigDirectory _directory = new();
    private readonly MemoryLog _lines = new();
    private readonly EventQueue _events = new();
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly SafetyWatch _watch;

    public SafetyWatchTests()
    {
        ServerConfig config = _directory.Load();
        Directory.CreateDirectory(
            config.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _watch = new SafetyWatch(config, _events, new ServerLog(_lines), _time);
    }

    public void Dispose()
    {
        _lines.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("signing.pem", UnixFileMode.OtherRead)]
    [InlineData("server.yaml", UnixFileMode.OtherWrite)]
    [InlineData("data", UnixFileMode.GroupWrite)]
    public void What_became_unsafe_is_told_once(string file, UnixFileMode bit)
    {
        LookForAMinute();
        Assert.Empty(_lines.Lines());
        string path = _directory.In(file);
        UnixFileMode safe = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, safe | bit);
        LookForAMinute();
        string line = Assert.Single(_lines.Lines());
        Assert.StartsWith("Error a file is not kept as it must be: ", line, StringComparison.Ordinal);
        Assert.Contains(path, line, StringComparison.Ordinal);

        // Mended, and broken again: that is told again.
        File.SetUnixFileMode(path, safe);
        LookForAMinute();
        File.SetUnixFileMode(path, safe | bit);
        LookForAMinute();
        Assert.Equal([line, line], _lines.Lines());
    }

    [Fact]
    public async Task It_is_an_alert_in_audit_of_a_server_that_runs()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string key = server.Config.SigningKey;
        SafetyWatch of = new(server.Config, _events, new ServerLog(_lines), _time);
        File.SetUnixFileMode(key, File.GetUnixFileMode(key) | UnixFileMode.OtherRead);
        of.Look();
        Assert.Null(await _events.FlushAsync(AuditLog.Open(server.Store)));
        Assert.Contains(
            await server.ReadAuditAsync(),
            one => one.Lifecycle is { Change: "alert" } alert && alert.Detail.Contains(key, StringComparison.Ordinal));
    }

    private void LookForAMinute()
    {
        for (int second = 0; second < 60; second++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            _watch.Look();
        }
    }
}
