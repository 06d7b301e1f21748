// An HTTP/2 connection without a client library: frames as a hostile program makes them. Owned by its test.

using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LedgerStore.Tests.Server;

internal sealed class RawHttp2 : IDisposable
{
    internal const byte Headers = 1, ResetStream = 3, Settings = 4, Ping = 6, WindowUpdate = 8, Continuation = 9;
    internal const byte EndStream = 1, EndHeaders = 4;

    private readonly TcpClient _tcp = new();
    private SslStream _stream = null!;

    internal static async Task<RawHttp2> ConnectAsync(int port, X509Certificate2 client)
    {
        RawHttp2 raw = new();
        await raw._tcp.ConnectAsync(IPAddress.Loopback, port);
        raw._stream = new SslStream(raw._tcp.GetStream());
        await raw._stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = [client],
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
        await raw.SendAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])]);
        return raw;
    }

    /// <summary>length (3), type, flags, stream (4), payload.</summary>
    internal static byte[] Frame(byte type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>Headers of a call, in HPACK without its dynamic table (RFC 7541, 6.1 and 6.2.2).</summary>
    internal static byte[] CallHeaders(string path)
    {
        const byte post = 0x83, https = 0x87;
        return
        [
            post, https, 0x04, .. Text(path), 0x01, .. Text("localhost"), 0x0f, 0x10, .. Text("application/grpc"),
            0x00, .. Text("te"), .. Text("trailers"),
        ];
    }

    internal ValueTask SendAsync(byte[] bytes) => _stream.WriteAsync(bytes);

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
