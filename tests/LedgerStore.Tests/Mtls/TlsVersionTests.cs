// Which versions of TLS the server speaks, asked with ClientHellos written by hand, because a client library of today
// would refuse the old ones before the server could. RFC 5246, 7.4.1.2; alert 70 is protocol_version.
using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using LedgerStore.Server.Identity;
using Xunit;

namespace LedgerStore.Tests.Mtls;

public sealed class TlsVersionTests : IAsyncLifetime
{
    private const byte Alert = 21;
    private const byte Handshake = 22;
    private const byte HandshakeFailure = 40;
    private const byte ProtocolVersion = 70;
    private MtlsServer _server = null!;

    public async Task InitializeAsync() => _server = await MtlsServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(0x0300, HandshakeFailure)]
    [InlineData(0x0301, ProtocolVersion)]
    [InlineData(0x0302, ProtocolVersion)]
    public async Task SSL_3_and_TLS_1_0_and_1_1_are_refused(int version, byte alert)
    {
        byte[] answer = await SayHelloAsync((ushort)version);
        Assert.Equal(Alert, answer[0]);
        Assert.Equal(alert, answer[6]);
        Assert.Equal(RefusalReason.HandshakeFailed, (await _server.NextFailureAsync()).Reason);
    }

    [Fact]
    public async Task The_same_hello_of_TLS_1_2_is_answered()
    {
        byte[] answer = await SayHelloAsync(0x0303);
        Assert.Equal(Handshake, answer[0]);
        const byte ServerHello = 2;
        Assert.Equal(ServerHello, answer[5]);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task TLS_1_2_and_1_3_are_spoken_with_h2_preferred(SslProtocols protocol)
    {
        var options = MtlsClient.Options(_server, MtlsTurn.Expires.Offer(_server.Pki), protocol);
        options.ApplicationProtocols = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2];
        using MtlsClient client = await MtlsClient.ConnectAsync(_server, options);
        Assert.Equal(protocol, client.Stream.SslProtocol);
        Assert.Equal(SslApplicationProtocol.Http2, client.Stream.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task Plaintext_and_hang_ups_are_failed_handshakes()
    {
        using (TcpClient tcp = new())
        {
            await tcp.ConnectAsync(IPAddress.Loopback, _server.Port);
            await tcp.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            byte[] buffer = new byte[4096];
            int count = await tcp.GetStream().ReadAsync(buffer);
            Assert.False(buffer.AsSpan(0, count).StartsWith("HTTP/1.1 2"u8));
        }

        Assert.Equal(RefusalReason.HandshakeFailed, (await _server.NextFailureAsync()).Reason);
        using (TcpClient tcp = new())
        {
            await tcp.ConnectAsync(IPAddress.Loopback, _server.Port);
        }

        Assert.Equal(RefusalReason.HandshakeFailed, (await _server.NextFailureAsync()).Reason);
    }

    private async Task<byte[]> SayHelloAsync(ushort version)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, _server.Port);
        await tcp.GetStream().WriteAsync(Hello(version));
        byte[] answer = new byte[7];
        await tcp.GetStream().ReadExactlyAsync(answer);
        return answer;
    }

    // record { type, version, length { handshake { type, length, client_version, random, session id, suites,
    // compression, extensions } } }
    private static byte[] Hello(ushort version)
    {
        // ECDHE-ECDSA with AES-128: GCM for TLS 1.2, CBC-SHA for all of them.
        byte[] suites = [0xC0, 0x2B, 0xC0, 0x09];
        byte[] extensions =
        [
            0x00, 0x0A, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17,
            0x00, 0x0B, 0x00, 0x02, 0x01, 0x00,
            0x00, 0x0D, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03,
        ];
        byte[] body =
        [
            .. Word(version), .. new byte[32], 0, .. Word(suites.Length), .. suites, 1, 0,
            .. Word(extensions.Length), .. extensions,
        ];
        byte[] handshake = [1, 0, .. Word(body.Length), .. body];
        return [Handshake, .. Word(Math.Min((int)version, 0x0301)), .. Word(handshake.Length), .. handshake];
    }

    private static byte[] Word(int value)
    {
        byte[] word = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(word, (ushort)value);
        return word;
    }
}
