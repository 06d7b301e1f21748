// The server's start with a bucket: refused with 2 and the reason, or started with a warning.

using LedgerStore.Engine;
using LedgerStore.Server.Config;
using LedgerStore.Server.Hosting;
using LedgerStore.Tests.Configuration;
using LedgerStore.Tests.S3;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class ColdStartTests : IAsyncLifetime
{
    private readonly ConfigDirectory _directory = new();
    private readonly List<string> _warnings = [];
    private FakeS3 _fake = null!;

    public async Task InitializeAsync() => _fake = await FakeS3.StartAsync();

    public async Task DisposeAsync()
    {
        await _fake.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_bucket_that_ignores_conditions_keeps_the_server_from_starting()
    {
        _fake.Flaw = Flaw.IgnoresIfNoneMatch;
        ConfigException refused = await Assert.ThrowsAsync<ConfigException>(OpenAsync);
        Assert.Equal(ExitCode.Configuration, refused.ExitCode);
        Assert.StartsWith("cold: the bucket 'audit-cold' of 127.0.0.1:", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ignores If-None-Match", refused.Message, StringComparison.Ordinal);
        Assert.Contains("docs/OPERATIONS.md", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_ends_with_two_and_the_reason()
    {
        Buckets.UseKeys();
        Load(_fake.Address);
        File.Delete(_directory.In("signing.pem"));
        LogKeyFile.Create(_directory.In("signing.pem")).Dispose();
        _fake.Flaw = Flaw.IgnoresIfNoneMatch;
        (int code, _, string errors) = await ServerProcess.RunAsync("serve", "--config", _directory.In("server.yaml"));
        Assert.Equal(ExitCode.Configuration, code);
        Assert.Contains("ignores If-None-Match", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_is_away_is_a_warning()
    {
        Buckets.UseKeys();
        ServerConfig config = Load(_fake.Address);
        await _fake.DisposeAsync();
        using IDisposable? store = await ColdTier.OpenAsync(config, StoreAccess.Write, _warnings.Add);
        Assert.NotNull(store);
        Assert.Contains("nothing becomes cold until it is back", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_changes_nothing_writes_no_probe()
    {
        Buckets.UseKeys();
        using IDisposable? store = await ColdTier.OpenAsync(Load(_fake.Address), StoreAccess.Read, _warnings.Add);
        Assert.NotNull(store);
        Assert.Empty(_fake.Objects);
    }

    [Fact]
    public async Task An_honest_bucket_is_taken_and_without_settings_there_is_none()
    {
        Assert.Null(await ColdTier.OpenAsync(_directory.Load(), StoreAccess.Write, _warnings.Add));
        await OpenAsync();
        Assert.Empty(_warnings);
        Assert.Single(_fake.Objects);
    }

    private async Task OpenAsync()
    {
        Buckets.UseKeys();
        using IDisposable? store = await ColdTier.OpenAsync(
            Load(_fake.Address), StoreAccess.Write, _warnings.Add);
        Assert.NotNull(store);
    }

    private ServerConfig Load(Uri endpoint)
    {
        File.WriteAllText(
            _directory.In("server.yaml"),
            $"{ConfigDirectory.ConfigText}\ncold: {{ bucket: audit-cold, endpoint: '{endpoint}' }}\n");
        return _directory.Load();
    }
}
