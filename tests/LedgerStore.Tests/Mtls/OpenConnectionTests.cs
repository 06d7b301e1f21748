// Connections that are open while their right ends: the next call on them is refused, and comes back when the right
// does. Each test has its own server, because it exchanges files.
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;
using LedgerStore.Server.Identity;
using Xunit;

namespace LedgerStore.Tests.Mtls;

public sealed class OpenConnectionTests : IAsyncLifetime
{
    private const string Anonymous = "anonymous_tiles: [\"public.*\"]";
    private MtlsServer _server = null!;

    public static TheoryData<string, SslProtocols> OpenCells()
    {
        TheoryData<string, SslProtocols> cells = [];
        foreach (MtlsRow row in MtlsMatrix.Rows.Where(r => r.Open is not null))
        {
            cells.Add(row.Text, SslProtocols.Tls12);
            cells.Add(row.Text, SslProtocols.Tls13);
        }

        return cells;
    }

    public async Task InitializeAsync() => _server = await MtlsServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(OpenCells))]
    public async Task The_next_call_is_refused_when_the_right_ends(string text, SslProtocols protocol)
    {
        MtlsRow row = MtlsMatrix.Rows.Single(r => r.Text == text);
        MtlsOffer offer = row.Open!.Offer(_server.Pki);
        using MtlsClient client = await MtlsClient.ConnectAsync(_server, MtlsClient.Options(_server, offer, protocol));
        Assert.Equal("payments", await client.AskAsync());

        row.Open.Apply(_server, offer);
        _server.Trust.Poll();
        Assert.StartsWith($"{row.Reason.Code()}: ", await client.AskAsync(), StringComparison.Ordinal);
        Assert.StartsWith($"{row.Reason.Code()}: ", await client.AskAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_right_that_comes_back_is_given_on_the_same_connection()
    {
        MtlsOffer offer = MtlsTurn.KeyDenied.Offer(_server.Pki);
        using MtlsClient client = await MtlsClient.ConnectAsync(_server, offer.Certificate!);
        MtlsTurn.KeyDenied.Apply(_server, offer);
        _server.Trust.Poll();
        Assert.StartsWith(RefusalReason.Denied.Code(), await client.AskAsync(), StringComparison.Ordinal);
        _server.WritePolicy("", "");
        _server.Trust.Poll();
        Assert.Equal("payments", await client.AskAsync());

        _server.WriteAuthorities(_server.Pki.OtherRoot);
        _server.Trust.Poll();
        Assert.StartsWith(RefusalReason.UntrustedIssuer.Code(), await client.AskAsync(), StringComparison.Ordinal);
        _server.WriteAuthorities(_server.Pki.OtherRoot, _server.Pki.Root);
        _server.Trust.Poll();
        Assert.Equal("payments", await client.AskAsync());
    }

    [Fact]
    public async Task A_chain_over_an_intermediate_survives_an_exchange_of_authorities()
    {
        MtlsOffer offer = new(new CertificateSpec().Make(_server.Pki.Intermediate), _server.Pki.Intermediate);
        using MtlsClient client = await MtlsClient.ConnectAsync(
            _server, MtlsClient.Options(_server, offer, SslProtocols.Tls13));
        _server.WriteAuthorities(_server.Pki.Root, _server.Pki.OtherRoot);
        _server.Trust.Poll();
        Assert.Equal("payments", await client.AskAsync());
    }

    [Fact]
    public async Task Without_a_certificate_there_are_only_anonymous_tiles_and_only_while_the_policy_says_so()
    {
        _server.WritePolicy("", Anonymous);
        _server.Trust.Poll();
        var options = MtlsClient.Options(_server, new MtlsOffer(null), SslProtocols.Tls13);
        using MtlsClient client = await MtlsClient.ConnectAsync(_server, options);
        string refusal = $"{RefusalReason.NoCertificate.Code()}: the client sent no certificate";
        Assert.Equal(refusal, await client.AskAsync());

        _server.WritePolicy("", "");
        _server.Trust.Poll();
        Assert.Equal(refusal, await client.AskAsync());
        Assert.Null(await MtlsClient.TryAskAsync(_server, options));
    }

    [Fact]
    public async Task Anonymous_tiles_do_not_let_in_a_bad_certificate()
    {
        _server.WritePolicy("", Anonymous);
        _server.Trust.Poll();
        foreach (X509Certificate2 bad in new[]
        {
            new CertificateSpec().Make(_server.Pki.OtherRoot), new CertificateSpec().Make(null), _server.Pki.DeniedKey,
        })
        {
            Assert.Null(await MtlsClient.TryAskAsync(
                _server, MtlsClient.Options(_server, new MtlsOffer(bad), SslProtocols.Tls12)));
        }

        Assert.Equal("payments", await MtlsClient.TryAskAsync(
            _server, MtlsClient.Options(_server, MtlsTurn.Expires.Offer(_server.Pki), SslProtocols.Tls12)));
    }

    [Fact]
    public void Open_streams_are_told_of_authorities_and_policy_and_not_of_the_servers_certificate()
    {
        int told = 0;
        _server.Identities.Changed += (_, _) => told++;
        _server.RenewServer();
        _server.Trust.Poll();
        Assert.True(_server.Changes.TryRead(out _));
        Assert.Equal(0, told);

        long before = _server.Identities.Generation;
        _server.WriteAuthorities(_server.Pki.Root, _server.Pki.OtherRoot);
        _server.Trust.Poll();
        Assert.Equal(1, told);
        _server.WritePolicy("", Anonymous);
        _server.Trust.Poll();
        Assert.Equal(2, told);
        Assert.Equal(before + 2, _server.Identities.Generation);

        PkiFiles.WritePublic(_server.File("policy.yaml"), "nonsense");
        _server.Trust.Poll();
        _server.Trust.Poll();
        Assert.Equal(2, told);
    }
}
