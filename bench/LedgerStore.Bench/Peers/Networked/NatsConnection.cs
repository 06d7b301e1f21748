// A connection of the NATS text protocol, as far as publishing to a stream needs it: PUB with an inbox for the answer,
// MSG, PING. Callers write under a lock; one task sends what they wrote together, one reads answers.
using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class NatsConnection : IDisposable
{
    private const string Subject = "audit";
    private const string Stream = """
        {"name":"AUDIT","subjects":["audit"],"retention":"limits","storage":"file","num_replicas":1,"discard":"old"}
        """;

    private const string Hello = """
        CONNECT {"verbose":false,"pedantic":false,"lang":"bench"}

        """;

    private readonly TcpClient tcp;
    private readonly SslStream tls;
    private readonly Pipe outgoing = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Lock writing = new();
    private readonly NatsAnswers[] answers;
    private readonly byte[][] publishHeads;

    private NatsConnection(TcpClient tcp, SslStream tls, int callers)
    {
        this.tcp = tcp;
        this.tls = tls;
        answers = [.. Enumerable.Range(0, callers).Select(_ => new NatsAnswers())];
        publishHeads = [.. Enumerable.Range(0, callers).Select(
            caller => Encoding.ASCII.GetBytes($"PUB {Subject} inbox.{caller} {PeerRecords.RecordBytes}\r\n"))];
    }

    public static async Task<NatsConnection> OpenAsync(int port, PeerPki pki, int callers)
    {
        TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        await ReadInfoAsync(client.GetStream());
        X509Certificate2 ca = pki.LoadCa();
        SslStream secured = new(client.GetStream());
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = [pki.LoadClient()],
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { ca },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        });
        NatsConnection connection = new(client, secured, callers);
        await secured.WriteAsync(Encoding.ASCII.GetBytes($"{Hello.ReplaceLineEndings("\r\n")}SUB inbox.* 1\r\n"));
        _ = connection.FailOnErrorAsync(connection.SendAsync);
        _ = connection.FailOnErrorAsync(connection.ReceiveAsync);
        return connection;
    }

    public async Task CreateStreamAsync()
    {
        Task answered = answers[0].Expect(1, mustBe: "\"type\":\"io.nats.jetstream.api.v1.stream_create_response\"");
        lock (writing)
        {
            string publish = $"PUB $JS.API.STREAM.CREATE.AUDIT inbox.0 {Stream.Length}\r\n{Stream}\r\n";
            Encoding.ASCII.GetBytes(publish, outgoing.Writer);
            Flush();
        }

        await answered;
    }

    /// <summary>Publishes records and waits until each is acknowledged as stored.</summary>
    public Task PublishAsync(int caller, ReadOnlySpan<byte[]> records)
    {
        Task answered = answers[caller].Expect(records.Length, mustBe: "\"seq\":");
        lock (writing)
        {
            foreach (byte[] record in records)
            {
                outgoing.Writer.Write(publishHeads[caller]);
                outgoing.Writer.Write(record);
                outgoing.Writer.Write("\r\n"u8);
            }

            Flush();
        }

        return answered;
    }

    public void Dispose()
    {
        tls.Dispose();
        tcp.Dispose();
        outgoing.Writer.Complete();
    }

    // It never waits: the pipe has no limit, since callers have few records under way.
    private void Flush() => outgoing.Writer.FlushAsync().AsTask().GetAwaiter().GetResult();

    // Plain text before TLS begins. A byte at a time: what follows belongs to TLS.
    private static async Task ReadInfoAsync(NetworkStream stream)
    {
        byte[] one = new byte[1];
        do
        {
            await stream.ReadExactlyAsync(one);
        }
        while (one[0] != '\n');
    }

    private async Task SendAsync()
    {
        while (true)
        {
            ReadResult read = await outgoing.Reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                await tls.WriteAsync(piece);
            }

            outgoing.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task ReceiveAsync()
    {
        PipeReader reader = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 65_536));
        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (TryTake(ref buffer))
            {
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new IOException("the server closed the connection");
            }
        }
    }

    private async Task FailOnErrorAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error)
        {
            Array.ForEach(answers, answer => answer.Fail(error));
        }
    }

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _)
        ? number
        : throw new IOException($"'{Encoding.UTF8.GetString(text)}' does not begin with a number");

    // One message of the server: a line, and for MSG the payload behind it.
    private bool TryTake(ref ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
        {
            return false;
        }

        ReadOnlySpan<byte> text = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        if (text.StartsWith("MSG "u8))
        {
            int length = Number(text[(text.LastIndexOf((byte)' ') + 1)..]);
            int caller = Number(text["MSG inbox.".Length..]);
            if (!reader.TryReadExact(length + 2, out ReadOnlySequence<byte> payload))
            {
                return false;
            }

            answers[caller].Take(payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray());
        }
        else if (text.StartsWith("PING"u8))
        {
            lock (writing)
            {
                outgoing.Writer.Write("PONG\r\n"u8);
                Flush();
            }
        }
        else if (text.StartsWith("-ERR"u8))
        {
            throw new IOException(Encoding.UTF8.GetString(text));
        }

        buffer = buffer.Slice(reader.Position);
        return true;
    }
}
