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
    private MtlsServer server = null!;

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

    public async Task InitializeAsync() => server = await MtlsServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [MemberData(nameof(OpenCells))]
    public async Task The_next_call_is_refused_when_the_right_ends(string text, SslProtocols protocol)
    {
        MtlsRow row = MtlsMatrix.Rows.Single(r => r.Text == text);
        MtlsOffer offer = row.Open!.Offer(server.Pki);
        using MtlsClient client = await MtlsClient.ConnectAsync(server, MtlsClient.Options(server, offer, protocol));
        Assert.Equal("payments", await client.AskAsync());

        row.Open.Apply(server, offer);
        server.Trust.Poll();
        Assert.StartsWith($"{row.Reason.Code()}: ", await client.AskAsync(), StringComparison.Ordinal);
        Assert.StartsWith($"{row.Reason.Code()}: ", await client.AskAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_right_that_comes_back_is_given_on_the_same_connection()
    {
        MtlsOffer offer = MtlsTurn.KeyDenied.Offer(server.Pki);
        using MtlsClient client = await MtlsClient.ConnectAsync(server, offer.Certificate!);
        MtlsTurn.KeyDenied.Apply(server, offer);
        server.Trust.Poll();
        Assert.StartsWith(RefusalReason.Denied.Code(), await client.AskAsync(), StringComparison.Ordinal);
        server.WritePolicy("", "");
        server.Trust.Poll();
        Assert.Equal("payments", await client.AskAsync());

        server.WriteAuthorities(server.Pki.OtherRoot);
        server.Trust.Poll();
        Assert.StartsWith(RefusalReason.UntrustedIssuer.Code(), await client.AskAsync(), StringComparison.Ordinal);
        server.WriteAuthorities(server.Pki.OtherRoot, server.Pki.Root);
        server.Trust.Poll();
        Assert.Equal("payments", await client.AskAsync());
    }

    [Fact]
    public async Task A_chain_over_an_intermediate_survives_an_exchange_of_authorities()
    {
        MtlsOffer offer = new(new CertificateSpec().Make(server.Pki.Intermediate), server.Pki.Intermediate);
        using MtlsClient client = await MtlsClient.ConnectAsync(
            server, MtlsClient.Options(server, offer, SslProtocols.Tls13));
        server.WriteAuthorities(server.Pki.Root, server.Pki.OtherRoot);
        server.Trust.Poll();
        Assert.Equal("payments", await client.AskAsync());
    }

    [Fact]
    public async Task Without_a_certificate_there_are_only_anonymous_tiles_and_only_while_the_policy_says_so()
    {
        server.WritePolicy("", Anonymous);
        server.Trust.Poll();
        var options = MtlsClient.Options(server, new MtlsOffer(null), SslProtocols.Tls13);
        using MtlsClient client = await MtlsClient.ConnectAsync(server, options);
        string refusal = $"{RefusalReason.NoCertificate.Code()}: the client sent no certificate";
        Assert.Equal(refusal, await client.AskAsync());

        server.WritePolicy("", "");
        server.Trust.Poll();
        Assert.Equal(refusal, await client.AskAsync());
        Assert.Null(await MtlsClient.TryAskAsync(server, options));
    }

    [Fact]
    public async Task Anonymous_tiles_do_not_let_in_a_bad_certificate()
    {
        server.WritePolicy("", Anonymous);
        server.Trust.Poll();
        foreach (X509Certificate2 bad in new[]
        {
            new CertificateSpec().Make(server.Pki.OtherRoot), new CertificateSpec().Make(null), server.Pki.DeniedKey,
        })
        {
            Assert.Null(await MtlsClient.TryAskAsync(
                server, MtlsClient.Options(server, new MtlsOffer(bad), SslProtocols.Tls12)));
        }

        Assert.Equal("payments", await MtlsClient.TryAskAsync(
            server, MtlsClient.Options(server, MtlsTurn.Expires.Offer(server.Pki), SslProtocols.Tls12)));
    }

    [Fact]
    public void Open_streams_are_told_of_authorities_and_policy_and_not_of_the_servers_certificate()
    {
        int told = 0;
        server.Identities.Changed += (_, _) => told++;
        server.RenewServer();
        server.Trust.Poll();
        Assert.True(server.Changes.TryRead(out _));
        Assert.Equal(0, told);

        long before = server.Identities.Generation;
        server.WriteAuthorities(server.Pki.Root, server.Pki.OtherRoot);
        server.Trust.Poll();
        Assert.Equal(1, told);
        server.WritePolicy("", Anonymous);
        server.Trust.Poll();
        Assert.Equal(2, told);
        Assert.Equal(before + 2, server.Identities.Generation);

        PkiFiles.WritePublic(server.File("policy.yaml"), "nonsense");
        server.Trust.Poll();
        server.Trust.Poll();
        Assert.Equal(2, told);
    }
}
