// The check that every call makes: right, free of garbage while nothing changes, and how long it takes.
using System.Diagnostics;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Server.Identity;
using Microsoft.AspNetCore.Http;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Mtls;

public sealed class IdentityServiceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private MtlsServer _server = null!;
    private ConnectionCaller _caller = null!;

    public async Task InitializeAsync()
    {
        _server = await MtlsServer.StartAsync();
        _caller = new ConnectionCaller(null);
        using var leaf = new CertificateSpec().Make(_server.Pki.Root);
        var authorities = _server.Trust.Current.ClientAuthorities;
        using X509Chain chain =
            new() { ChainPolicy = authorities.ChainPolicy(DateTimeOffset.UtcNow) };
        chain.Build(leaf);
        _caller.Certificate =
            ClientCertificateCheck.Judge(leaf, chain, [], authorities, DateTimeOffset.UtcNow).Certificate;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void A_check_makes_no_garbage_while_nothing_changes()
    {
        const int Checks = 100_000;
        DefaultHttpContext context = new();
        context.Features.Set(_caller);
        CallerIdentity expected = _server.Identities.Check(context).Caller!;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Checks; i++)
            {
                if (!ReferenceEquals(expected, _server.Identities.Check(context).Caller))
                {
                    Assert.Fail("the same caller is the same object");
                }
            }

            double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Checks;
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            output.WriteLine($"{nanoseconds:F0} ns and {(double)bytes / Checks:F3} bytes for each check");
            Assert.True(round == 0 || bytes == 0, $"{bytes} bytes");
        }
    }

    [Fact]
    public void A_policy_that_says_the_same_keeps_the_caller()
    {
        CallerIdentity before = _server.Identities.Check(_caller).Caller!;
        Assert.Equal("spiffe://example.org/payments", before.Appender);
        _server.WritePolicy("  - { spki: \"sha256:" + new string('0', 64) + "\" }", "");
        _server.Trust.Poll();
        Assert.Same(before, _server.Identities.Check(_caller).Caller);
    }

    [Fact]
    public void Nobody_comes_past_the_TLS_listener()
    {
        IdentityDecision decision = _server.Identities.Check(new DefaultHttpContext());
        Assert.Equal(RefusalReason.NotTls, decision.Reason);
        Assert.False(decision.IsAnonymous);
    }

    [Fact]
    public async Task Every_call_of_a_connection_finds_the_same_caller()
    {
        using MtlsClient client = await MtlsClient.ConnectAsync(
            _server, MtlsClient.Options(_server, new MtlsOffer(_server.Pki.ByFingerprint), SslProtocols.Tls13));
        Assert.Equal("listed", await client.AskAsync());
        Assert.Equal("listed", await client.AskAsync());
    }

    [Fact]
    public async Task Calls_at_once_while_the_policy_changes_see_one_of_the_two_answers()
    {
        string denied = $"  - {{ spki: \"sha256:{Convert.ToHexStringLower(Key())}\" }}";
        using CancellationTokenSource end = new();
        Task<int>[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            int seen = 0;
            while (!end.IsCancellationRequested)
            {
                IdentityDecision decision = _server.Identities.Check(_caller);
                Assert.True(decision.Caller?.Name == "payments" || decision.Reason == RefusalReason.Denied);
                seen++;
            }

            return seen;
        }))];
        for (int i = 0; i < 50; i++)
        {
            _server.WritePolicy(i % 2 == 0 ? denied : "", "");
            _server.Trust.Poll();

            // After the swap no thread may get the old answer: that is what a revocation means.
            Assert.Equal(i % 2 == 0, _server.Identities.Check(_caller).IsRefused);
        }

        await end.CancelAsync();
        Assert.All(await Task.WhenAll(readers), seen => Assert.True(seen >= 0));
    }

    private byte[] Key()
    {
        using var leaf = X509CertificateLoader.LoadCertificate(
            _caller.Certificate!.Leaf.Span);
        return SHA256.HashData(leaf.PublicKey.ExportSubjectPublicKeyInfo());
    }
}
