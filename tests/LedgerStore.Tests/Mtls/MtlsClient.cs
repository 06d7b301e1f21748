// A client that shows what the test gives it, over SslStream and the plainest HTTP/1.1. One thread, one connection.
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LedgerStore.Tests.Mtls;

internal sealed class MtlsClient : IDisposable
{
    private static readonly byte[] s_request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    private readonly TcpClient _tcp;

    private MtlsClient(TcpClient tcp, SslStream stream)
    {
        _tcp = tcp;
        Stream = stream;
    }

    public SslStream Stream { get; }

    /// <summary>What one client uses for all its connections, which is what lets it resume sessions.</summary>
    public static SslClientAuthenticationOptions Options(MtlsServer server, MtlsOffer offer, SslProtocols protocols)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(server.Pki.Root.RawData));
        return new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            CertificateChainPolicy = policy,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            ClientCertificateContext = offer.Certificate is null
                ? null
                : SslStreamCertificateContext.Create(offer.Certificate, [.. offer.Others], offline: true),
        };
    }

    public static Task<MtlsClient> ConnectAsync(MtlsServer server, X509Certificate2 certificate) => ConnectAsync(
        server, Options(server, new MtlsOffer(certificate), SslProtocols.Tls12 | SslProtocols.Tls13));

    public static async Task<MtlsClient> ConnectAsync(MtlsServer server, SslClientAuthenticationOptions options)
    {
        TcpClient socket = new();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Port);
            SslStream stream = new(socket.GetStream());
            await stream.AuthenticateAsClientAsync(options);
            return new MtlsClient(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects and asks once. Null if the handshake was refused, which TLS 1.3 tells with the first read.
    /// </summary>
    public static async Task<string?> TryAskAsync(MtlsServer server, SslClientAuthenticationOptions options)
    {
        try
        {
            using MtlsClient client = await ConnectAsync(server, options);
            return await client.AskAsync();
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            return null;
        }
    }

    /// <summary>Who the server says this client is.</summary>
    public async Task<string> AskAsync()
    {
        await Stream.WriteAsync(s_request);
        byte[] buffer = new byte[4096];
        StringBuilder text = new();
        while (!IsComplete(text.ToString()))
        {
            int count = await Stream.ReadAsync(buffer);
            if (count == 0)
            {
                throw new IOException("the server ended the connection");
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        // The body comes in one chunk: its size in hex, the text, and the empty chunk.
        string[] parts = text.ToString().Split("\r\n\r\n", 2);
        return parts[0].Contains("chunked", StringComparison.Ordinal) ? parts[1].Split("\r\n")[1] : parts[1];
    }

    public void Dispose()
    {
        Stream.Dispose();
        _tcp.Dispose();
    }

    private static bool IsComplete(string text)
    {
        string[] parts = text.Split("\r\n\r\n", 2);
        const string Length = "Content-Length: ";
        int at = parts[0].IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        return parts.Length == 2 && (at < 0
            ? parts[1].EndsWith("0\r\n\r\n", StringComparison.Ordinal)
            : parts[1].Length >= int.Parse(parts[0][(at + Length.Length)..].Split("\r\n")[0]));
    }
}
