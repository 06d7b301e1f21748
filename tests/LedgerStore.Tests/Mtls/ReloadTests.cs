// Exchange of certificate, authorities and policy while the server runs: what is good is taken, what is bad never
// replaces it and is reported once, and nobody who is connected notices.
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Engine;
using LedgerStore.Pki;
using LedgerStore.Server.Trust;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LedgerStore.Tests.Mtls;

[SupportedOSPlatform("linux")]
public sealed class ReloadTests : IAsyncLifetime
{
    private MtlsServer _server = null!;

    public async Task InitializeAsync() => _server = await MtlsServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_new_server_certificate_is_used_by_new_connections_and_old_ones_stay()
    {
        using X509Certificate2 certificate = new CertificateSpec().Make(_server.Pki.Root);
        using MtlsClient before = await MtlsClient.ConnectAsync(_server, certificate);
        CertificateReport renewed = _server.RenewServer();
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.True(change.IsAccepted);
        Assert.Equal(TrustPart.ServerCertificate, change.Part);

        using MtlsClient after = await MtlsClient.ConnectAsync(_server, certificate);
        Assert.Equal(renewed.Serial, after.Stream.RemoteCertificate!.GetSerialNumberString().ToLowerInvariant());
        Assert.NotEqual(renewed.Serial, before.Stream.RemoteCertificate!.GetSerialNumberString().ToLowerInvariant());
        Assert.Equal("payments", await before.AskAsync());
        Assert.Equal("payments", await after.AskAsync());
    }

    [Theory]
    [InlineData("policy.yaml", "nonsense", TrustPart.Policy)]
    [InlineData("policy.yaml", "", TrustPart.Policy)]
    [InlineData("policy.yaml", null, TrustPart.Policy)]
    [InlineData("pki/ca.pem", "nonsense", TrustPart.ClientAuthorities)]
    [InlineData("pki/ca.pem", null, TrustPart.ClientAuthorities)]
    [InlineData("pki/server.pem", "nonsense", TrustPart.ServerCertificate)]
    [InlineData("pki/server.key", "nonsense", TrustPart.ServerCertificate)]
    [InlineData("pki/server.key", null, TrustPart.ServerCertificate)]
    public async Task What_is_bad_never_replaces_what_is_good_and_is_reported_once(
        string file, string? text, object part)
    {
        string path = _server.File(file);
        string good = File.ReadAllText(path);
        TrustSnapshot before = _server.Trust.Current;
        Replace(path, text);

        _server.Trust.Poll();
        Assert.False(_server.Changes.TryRead(out _), "a file that is being written must not raise an alert");
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.False(change.IsAccepted);
        Assert.Equal((TrustPart)part, change.Part);
        Assert.NotEmpty(change.Detail);
        _server.Trust.Poll();
        Assert.False(_server.Changes.TryRead(out _));
        Assert.Same(before, _server.Trust.Current);
        using X509Certificate2 certificate = new CertificateSpec().Make(_server.Pki.Root);
        using MtlsClient client = await MtlsClient.ConnectAsync(_server, certificate);
        Assert.Equal("payments", await client.AskAsync());

        Replace(path, good);
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out change));
        Assert.True(change.IsAccepted);
    }

    [Fact]
    public void A_development_authority_is_refused_at_an_exchange_too()
    {
        using CertificateAuthority development = CertificateAuthority.CreateDevelopment(DateTimeOffset.UtcNow);
        PkiFiles.WritePublic(_server.File("pki/ca.pem"), development.CertificatePem);
        _server.Trust.Poll();
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.False(change.IsAccepted);
        Assert.Contains("development", change.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_and_key_that_come_one_after_the_other_are_no_alert()
    {
        string other = _server.File("other");
        PkiDirectory fresh = PkiDirectory.Create(
            other, CertificateAuthority.Create("x", TimeSpan.FromDays(9), DateTimeOffset.UtcNow));
        fresh.IssueServer(["localhost"], TimeSpan.FromDays(1), DateTimeOffset.UtcNow);
        File.Copy(fresh.ServerKeyFile, _server.File("pki/server.key"), overwrite: true);
        _server.Trust.Poll();
        File.Copy(fresh.ServerCertificateFile, _server.File("pki/server.pem"), overwrite: true);
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.True(change.IsAccepted);
        Assert.False(_server.Changes.TryRead(out _));
    }

    [Fact]
    public void A_change_that_leaves_size_and_time_alone_is_seen()
    {
        string path = _server.File("policy.yaml");
        DateTime stamp = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, File.ReadAllText(path).Replace("writer", "wroter", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(path, stamp);
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.True(change.IsAccepted);
        Assert.NotSame(change.Before.Policy, change.After.Policy);
    }

    [Fact]
    public void A_file_of_the_same_length_and_time_that_is_put_in_place_by_rename_is_seen()
    {
        string path = _server.File("policy.yaml"), other = path + ".other";
        File.WriteAllText(other, File.ReadAllText(path).Replace("writer", "wroter", StringComparison.Ordinal));
        DateTime stamp = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, stamp);
        _server.Trust.Poll();
        File.SetLastWriteTimeUtc(other, stamp);
        File.Move(other, path, overwrite: true);
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.True(change.IsAccepted);
        Assert.NotSame(change.Before.Policy, change.After.Policy);
    }

    [Theory]
    [InlineData("policy.yaml", 0x1B6, "others may write")]
    [InlineData("pki/ca.pem", 0x1B4, "others may write")]
    [InlineData("pki/server.key", 0x1A4, "is not its owner's alone")]
    public void A_file_that_others_can_write_or_a_key_that_they_can_read_is_refused_until_it_is_put_right(
        string file, int mode, string reason)
    {
        UnixFileMode before = File.GetUnixFileMode(_server.File(file));
        TrustSnapshot held = _server.Trust.Current;
        File.SetUnixFileMode(_server.File(file), (UnixFileMode)mode);
        _server.Trust.Poll();
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.False(change.IsAccepted);
        Assert.Contains(reason, change.Detail, StringComparison.Ordinal);
        Assert.Same(held, _server.Trust.Current);
        File.SetUnixFileMode(_server.File(file), before);
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out change));
        Assert.True(change.IsAccepted);
    }

    [Fact]
    public void A_pipe_in_the_place_of_a_file_is_refused_and_nobody_waits_for_it()
    {
        string path = _server.File("policy.yaml");
        File.Delete(path);
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", ["-m", "600", path]))
        {
            make.WaitForExit();
        }

        _server.Trust.Poll();
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.Contains("no regular file", change.Detail, StringComparison.Ordinal);
        StoreException refusal = Assert.Throws<StoreException>(() => LogKeyFile.Load(path));
        Assert.Contains("no regular file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_is_half_written_is_not_taken_even_if_the_half_is_a_policy()
    {
        string path = _server.File("policy.yaml");
        string whole = _server.Pki.Policy("", "anonymous_tiles: [a]");
        string half = whole[..whole.IndexOf("deny:", StringComparison.Ordinal)];
        File.WriteAllText(path, half);
        _server.Trust.PauseBetweenReads = () => File.WriteAllText(path, whole);
        _server.Trust.Poll();
        Assert.False(_server.Changes.TryRead(out _));
        Assert.NotEmpty(_server.Trust.Current.Policy.Document.Deny);
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out TrustChange? change));
        Assert.True(change.IsAccepted);
        Assert.NotEmpty(change.After.Policy.Document.Deny);
    }

    [Fact]
    public void A_subscriber_that_throws_keeps_no_other_from_its_work()
    {
        List<TrustPart> told = [];
        _server.Trust.Changed += (_, _) => throw new InvalidOperationException("a subscriber with a bug");
        _server.Trust.Changed += (_, change) => told.Add(change.Part);
        _server.WriteAuthorities(_server.Pki.Root, _server.Pki.OtherRoot);
        _server.WritePolicy("", "anonymous_tiles: [a]");
        Assert.Equal(2, Assert.Throws<AggregateException>(_server.Trust.Poll).InnerExceptions.Count);
        Assert.Equal([TrustPart.ClientAuthorities, TrustPart.Policy], told);
        Assert.True(_server.Trust.Current.Policy.HasAnonymousTiles);
    }

    [Fact]
    public async Task The_reloader_looks_by_itself_and_on_SIGHUP()
    {
        using TrustReloader idle = new(
            _server.Trust, TimeSpan.FromHours(1), TimeProvider.System, NullLogger<TrustReloader>.Instance);
        await idle.StartAsync(CancellationToken.None);

        // Should the reloader not catch the signal, it must not end the tests.
        using PosixSignalRegistration net = PosixSignalRegistration.Create(PosixSignal.SIGHUP, s => s.Cancel = true);
        _server.WritePolicy("", "anonymous_tiles: [a]");
        using Process kill = Process.Start("kill", ["-HUP", $"{Environment.ProcessId}"]);
        Assert.True((await _server.NextChangeAsync()).IsAccepted);
        PkiFiles.WritePublic(_server.File("policy.yaml"), "nonsense");
        idle.Wake();
        Assert.False((await _server.NextChangeAsync()).IsAccepted);
        await idle.StopAsync(CancellationToken.None);

        using TrustReloader busy = new(
            _server.Trust, TimeSpan.FromMilliseconds(100), TimeProvider.System, NullLogger<TrustReloader>.Instance);
        await busy.StartAsync(CancellationToken.None);
        _server.WritePolicy("", "");
        Assert.True((await _server.NextChangeAsync()).IsAccepted);
        await busy.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Under_load_nobody_notices_an_exchange()
    {
        using X509Certificate2 certificate = new CertificateSpec().Make(_server.Pki.Root);
        using CancellationTokenSource end = new();
        Task<int>[] clients =
        [
            StayAsync(certificate, SslProtocols.Tls13, end.Token),
            StayAsync(certificate, SslProtocols.Tls12, end.Token),
            ComeAndGoAsync(certificate, end.Token),
            AskByHttp2Async(certificate, end.Token),
        ];
        int rounds = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1" ? 500 : 12;
        for (int i = 0; i < rounds; i++)
        {
            _server.RenewServer();
            _server.WriteAuthorities(i % 2 == 0 ? [_server.Pki.Root, _server.Pki.OtherRoot] : [_server.Pki.Root]);
            _server.WritePolicy("", i % 2 == 0 ? "anonymous_tiles: [a]" : "");
            _server.Trust.Poll();
            await Task.Delay(10);
            Replace(_server.File("policy.yaml"), "nonsense");
            Replace(_server.File("pki/server.key"), "nonsense");
            _server.Trust.Poll();
            _server.Trust.Poll();
            await Task.Delay(10);
        }

        await end.CancelAsync();
        int[] calls = await Task.WhenAll(clients);
        Assert.All(calls, c => Assert.True(c > 0));
        int accepted = 0, refused = 0;
        while (_server.Changes.TryRead(out TrustChange? change))
        {
            accepted += change.IsAccepted ? 1 : 0;
            refused += change.IsAccepted ? 0 : 1;
        }

        Assert.Equal(3 * rounds, accepted);
        Assert.Equal(2 * rounds, refused);
        Assert.False(_server.Failures.TryRead(out _));
    }

    private static void Replace(string path, string? text)
    {
        if (text is null)
        {
            File.Delete(path);
        }
        else if (path.EndsWith(".key", StringComparison.Ordinal))
        {
            PkiFiles.WritePrivate(path, text);
        }
        else
        {
            PkiFiles.WritePublic(path, text);
        }
    }

    private async Task<int> StayAsync(X509Certificate2 certificate, SslProtocols protocol, CancellationToken end)
    {
        using MtlsClient client = await MtlsClient.ConnectAsync(
            _server, MtlsClient.Options(_server, new MtlsOffer(certificate), protocol));
        int calls = 0;
        for (; !end.IsCancellationRequested; calls++)
        {
            Assert.Equal("payments", await client.AskAsync());
        }

        return calls;
    }

    private async Task<int> ComeAndGoAsync(X509Certificate2 certificate, CancellationToken end)
    {
        int calls = 0;
        for (; !end.IsCancellationRequested; calls++)
        {
            using MtlsClient client = await MtlsClient.ConnectAsync(_server, certificate);
            Assert.Equal("payments", await client.AskAsync());
        }

        return calls;
    }

    private async Task<int> AskByHttp2Async(X509Certificate2 certificate, CancellationToken end)
    {
        SslClientAuthenticationOptions options =
            MtlsClient.Options(_server, new MtlsOffer(certificate), SslProtocols.Tls13);
        options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        using SocketsHttpHandler handler = new() { SslOptions = options };
        using HttpClient client = new(handler)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        int calls = 0;
        for (; !end.IsCancellationRequested; calls++)
        {
            Assert.Equal("payments", await client.GetStringAsync(
                new Uri($"https://localhost:{_server.Port}/"), CancellationToken.None));
        }

        return calls;
    }
}
