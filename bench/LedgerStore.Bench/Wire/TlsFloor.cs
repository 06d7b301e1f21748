// What mutual TLS over loopback does when nothing else is asked of it: bytes one way, or there and back.
// Both ends are in this process, each connection has a thread at each end. Owned by one suite.
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Wire;

/// <summary>Connections that send messages and wait for answers, or do not wait.</summary>
internal sealed class TlsFloor : IDisposable
{
    // Bytes of the message behind the header, and bytes that the answer is to have.
    private const int HeaderBytes = 8;
    private const int LargestBytes = 1 << 20;

    private readonly X509Certificate2 _certificate = WirePki.Create();
    private readonly SslStream[] _clients;
    private readonly SslStream[] _servers;

    public TlsFloor(int connections)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        _clients = new SslStream[connections];
        _servers = new SslStream[connections];
        for (int i = 0; i < connections; i++)
        {
            TcpClient client = new() { NoDelay = true };
            client.Connect((IPEndPoint)listener.LocalEndpoint);
            TcpClient accepted = listener.AcceptTcpClient();
            accepted.NoDelay = true;
            SslStream server = new(accepted.GetStream());
            Task handshake = server.AuthenticateAsServerAsync(ServerOptions());
            _clients[i] = new SslStream(client.GetStream());
            _clients[i].AuthenticateAsClient(ClientOptions());
            handshake.GetAwaiter().GetResult();
            _servers[i] = server;
            new Thread(() => Serve(server)) { IsBackground = true }.Start();
        }
    }

    /// <summary>Each connection sends messages for this long: the next one when the last is answered, or at once when
    /// no answer is asked for.</summary>
    /// <returns>Messages per second of all connections, and the latencies of the answers.</returns>
    public (double PerSecond, LatencyHistogram Latencies) Run(int bytes, int answerBytes, TimeSpan time)
    {
        LatencyHistogram all = new();
        long start = Stopwatch.GetTimestamp();
        Thread[] sending = [.. _clients.Select(client => new Thread(() =>
        {
            LatencyHistogram own = Send(client, bytes, answerBytes, time);
            lock (all)
            {
                all.Add(own);
            }
        }))];
        Array.ForEach(sending, thread => thread.Start());
        Array.ForEach(sending, thread => thread.Join());
        return (all.Count / Stopwatch.GetElapsedTime(start).TotalSeconds, all);
    }

    public void Dispose()
    {
        Array.ForEach(_clients, stream => stream.Dispose());
        Array.ForEach(_servers, stream => stream.Dispose());
        _certificate.Dispose();
    }

    private static LatencyHistogram Send(SslStream stream, int bytes, int answerBytes, TimeSpan time)
    {
        byte[] buffer = new byte[LargestBytes + HeaderBytes];
        LatencyHistogram latencies = new();
        long start = Stopwatch.GetTimestamp();
        long now = start;
        while (Stopwatch.GetElapsedTime(start, now) < time)
        {
            Exchange(stream, buffer, bytes, answerBytes);
            long before = now;
            now = Stopwatch.GetTimestamp();
            latencies.RecordSince(before, now);
        }

        // What was sent without an answer has arrived when this one is answered.
        Exchange(stream, buffer, bytes: 1, answerBytes: 1);
        return latencies;
    }

    private static void Exchange(SslStream stream, byte[] buffer, int bytes, int answerBytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(sizeof(int)), answerBytes);
        stream.Write(buffer.AsSpan(0, HeaderBytes + bytes));
        stream.ReadExactly(buffer.AsSpan(0, answerBytes));
    }

    private static void Serve(SslStream stream)
    {
        byte[] buffer = new byte[LargestBytes];
        try
        {
            while (stream.ReadAtLeast(buffer.AsSpan(0, HeaderBytes), HeaderBytes, throwOnEndOfStream: false) > 0)
            {
                int bytes = BinaryPrimitives.ReadInt32LittleEndian(buffer);
                int answerBytes = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(sizeof(int)));
                stream.ReadExactly(buffer.AsSpan(0, bytes));
                if (answerBytes > 0)
                {
                    stream.Write(buffer.AsSpan(0, answerBytes));
                }
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    private SslClientAuthenticationOptions ClientOptions() => new()
    {
        TargetHost = "localhost",
        ClientCertificates = [_certificate],
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateChainPolicy = Policy(),
    };

    private SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificate = _certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateChainPolicy = Policy(),
    };

    private X509ChainPolicy Policy()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(_certificate);
        return policy;
    }
}
