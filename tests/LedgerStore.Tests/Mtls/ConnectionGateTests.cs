// How many connections and handshakes there may be, from one address and from all; and chains that are too long.
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Tls;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Mtls;

public sealed class ConnectionGateTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void One_address_has_so_many_connections_and_another_still_finds_room()
    {
        ConnectionGate gate = new(new ConnectionLimits(1_000, 5, 1_000), _time);
        for (int number = 0; number < 5; number++)
        {
            Assert.Equal(RefusalReason.None, gate.Enter(Address(1), out _));
        }

        Assert.Equal(RefusalReason.TooManyConnections, gate.Enter(Address(1), out _));
        Assert.Equal(RefusalReason.TooManyConnections, gate.Enter(IPAddress.Parse("::ffff:10.0.0.1"), out _));
        Assert.Equal(RefusalReason.None, gate.Enter(Address(2), out _));
        gate.Leave(Address(1), wasIdentified: false);
        Assert.Equal(RefusalReason.None, gate.Enter(Address(1), out _));
    }

    [Fact]
    public void The_addresses_of_one_IPv6_network_are_one()
    {
        ConnectionGate gate = new(new ConnectionLimits(1_000, 1, 1_000), _time);
        Assert.Equal(RefusalReason.None, gate.Enter(IPAddress.Parse("2001:db8::1"), out _));
        Assert.Equal(RefusalReason.TooManyConnections, gate.Enter(IPAddress.Parse("2001:db8::2:1"), out _));
        Assert.Equal(RefusalReason.None, gate.Enter(IPAddress.Parse("2001:db8:0:1::1"), out _));
    }

    [Fact]
    public void Those_nobody_knows_fill_a_quarter_and_those_who_are_known_the_rest()
    {
        ConnectionGate gate = new(new ConnectionLimits(100, 100, 1_000), _time);
        for (int number = 0; number < 75; number++)
        {
            Assert.Equal(RefusalReason.None, gate.Enter(Address(number), out _));
            gate.Identified();
        }

        for (int number = 0; number < 25; number++)
        {
            Assert.Equal(RefusalReason.None, gate.Enter(Address(number), out _));
        }

        Assert.Equal(RefusalReason.TooManyConnections, gate.Enter(Address(200), out _));
        gate.Leave(Address(0), wasIdentified: true);
        Assert.Equal(RefusalReason.TooManyConnections, gate.Enter(Address(200), out _));
        gate.Leave(Address(0), wasIdentified: false);
        Assert.Equal(RefusalReason.None, gate.Enter(Address(200), out _));
    }

    [Fact]
    public void Handshakes_that_come_too_fast_wait_and_then_find_no_room()
    {
        ConnectionGate gate = new(new ConnectionLimits(100_000, 100_000, 40), _time);
        List<TimeSpan> waits = [];
        while (gate.Enter(Address(1), out TimeSpan wait) == RefusalReason.None)
        {
            waits.Add(wait);
        }

        // A quarter of 40 in a second: fifty at once, and fifty more who wait, the last of them five seconds.
        Assert.Equal(RefusalReason.TooManyHandshakes, gate.Enter(Address(1), out _));
        Assert.Equal(50, waits.Count(wait => wait == TimeSpan.Zero));
        Assert.Equal(100, waits.Count);
        Assert.Equal(ServerLimits.HandshakeWaitMax, waits[^1]);
        Assert.Equal(RefusalReason.None, gate.Enter(Address(2), out TimeSpan other));
        Assert.Equal(TimeSpan.Zero, other);
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(
            10, Enumerable.Range(0, 20).Count(_ => gate.Enter(Address(1), out TimeSpan _) == RefusalReason.None));
    }

    [Fact]
    public void Addresses_that_went_away_are_forgotten()
    {
        ConnectionGate gate = new(new ConnectionLimits(50, 50, 100_000), _time);
        for (int number = 0; number < 10_000; number++)
        {
            Assert.Equal(RefusalReason.None, gate.Enter(Address(number), out _));
            gate.Leave(Address(number), wasIdentified: false);
            _time.Pass(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(gate.Addresses, 0, 51);
        Assert.Equal(0, gate.Open);
    }

    [Theory]
    [InlineData(10, SslProtocols.Tls12)]
    [InlineData(10, SslProtocols.Tls13)]
    [InlineData(60, SslProtocols.Tls13)]
    public async Task A_chain_that_is_too_long_is_refused(int certificates, SslProtocols protocol)
    {
        await using MtlsServer server = await MtlsServer.StartAsync();
        X509Certificate2Collection chain = [];
        X509Certificate2 signer = server.Pki.Root;
        for (int number = 0; number < certificates - 2; number++)
        {
            signer = MtlsPki.Authority($"CN=Authority {number}").Make(signer);
            chain.Add(signer);
        }

        using X509Certificate2 leaf = new CertificateSpec().Make(signer);
        Assert.Null(await MtlsClient.TryAskAsync(
            server, MtlsClient.Options(server, new MtlsOffer(leaf, [.. chain]), protocol)));
        HandshakeFailure failure = await server.NextFailureAsync();
        Assert.True(
            failure.Reason is RefusalReason.ChainTooLong or RefusalReason.HandshakeTooLarge,
            $"{failure.Reason}: {failure.Detail}");
    }

    [Fact]
    public async Task A_first_call_that_comes_with_the_end_of_the_handshake_is_no_part_of_it()
    {
        await using MtlsServer server = await MtlsServer.StartAsync();
        using X509Certificate2 certificate = new CertificateSpec
        {
            Key = static () => RSA.Create(4_096),
        }.Make(server.Pki.Root);
        for (int round = 0; round < 20; round++)
        {
            using MtlsClient client = await MtlsClient.ConnectAsync(server, certificate);
            await client.Stream.WriteAsync(Array.Empty<byte>());
            Assert.Equal("payments", await client.AskAsync());
        }
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number / 256), (byte)number]);
}
