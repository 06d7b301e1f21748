// Messages over TLS, such as syslog's (RFC 5425) and those of auditd. A connection is read on only when what it brought
// is durable, so a sender is held back by TCP while there is no room; who waits for answers gets one.
// One loop accepts; each connection has a loop of its own.
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Intake.Delivering;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Doors;

internal sealed class StreamDoor : IDoor
{
    private const int FirstBytes = 64 * 1024;

    // A message of the largest size, the digits before it, and room to read on.
    private const int BufferBytesMax = IntakeLimits.LineBytes + FirstBytes;

    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(10);

    // A sender that is told to come again does so at once.
    private static readonly TimeSpan s_breath = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener;
    private readonly Func<IStreamDialect> _dialect;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private volatile Served _served;
    private Task _accepting = Task.CompletedTask;

    /// <param name="dialect">Makes what one connection is understood by.</param>
    public StreamDoor(
        IPEndPoint address,
        ServedSource source,
        Func<IStreamDialect> dialect,
        SenderTrust trust,
        TimeProvider time)
    {
        _dialect = dialect;
        _listener = new TcpListener(address);
        _time = time;
        _served = ServedOf(source, trust, time);
    }

    public Uri Address { get; private set; } = new("tls://unset");

    public Task StartAsync()
    {
        try
        {
            _listener.Start();
        }
        catch (SocketException error)
        {
            throw new IOException($"cannot listen on {_listener.LocalEndpoint}: {error.Message}", error);
        }

        Address = new Uri($"tls://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
        return Task.CompletedTask;
    }

    public void Exchange(IReadOnlyList<ServedSource> sources, SenderTrust? trust) =>
        _served = ServedOf(sources[0], trust!, _time);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // One that waits for room in its spool ends when the spool is closed: it is not waited for here.
        await Task.WhenAll(_connections.Keys).WaitAsync(s_handshake, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static Served ServedOf(ServedSource source, SenderTrust trust, TimeProvider time) =>
        new(source.Pipeline, new SenderCheck(source.Config.Auth, time), trust);

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
            if (_connections.Count >= IntakeLimits.Connections)
            {
                client.Dispose();
                continue;
            }

            Task serving = ServeAsync(client, _served);
            _connections.TryAdd(serving, true);
            _ = serving.ContinueWith(
                ended => _connections.TryRemove(ended, out _),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    // Whatever ends it ends this connection only: the sender connects again, and sends what it still has.
    private async Task ServeAsync(TcpClient client, Served served)
    {
        await Task.Yield();
        using (client)
        {
            try
            {
                string address = (client.Client.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? string.Empty;
                SslStream tls = new(client.GetStream(), leaveInnerStreamOpen: false);
                await using (tls.ConfigureAwait(false))
                {
                    using CancellationTokenSource patience =
                        CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                    patience.CancelAfter(s_handshake);
                    await tls.AuthenticateAsServerAsync(served.Trust.Options([]), patience.Token).ConfigureAwait(false);
                    if (served.Senders.Of(tls.RemoteCertificate as X509Certificate2) is not { } sender)
                    {
                        served.Pipeline.Counters.AddRefused();
                        return;
                    }

                    await ReadAsync(tls, served.Pipeline, sender, address).ConfigureAwait(false);
                }
            }
            catch (Exception error) when (error
                is IOException or SocketException or AuthenticationException or OperationCanceledException)
            {
                served.Pipeline.Counters.AddBroken();
            }
        }
    }

    private async Task ReadAsync(SslStream tls, SourcePipeline pipeline, string sender, string address)
    {
        byte[] buffer = new byte[FirstBytes];
        int end = 0;
        IStreamDialect dialect = _dialect();
        List<ParsedEvent> events = [];
        while (true)
        {
            int read = await tls.ReadAsync(buffer.AsMemory(end), _stop.Token).ConfigureAwait(false);
            end += read;
            int at = 0;
            while (dialect.TryTake(buffer.AsMemory(at, end - at), events, out int used))
            {
                at += used;
            }

            if (read == 0 && at < end)
            {
                events.Add(ParsedEvent.Unreadable(buffer.AsMemory(at, end - at), "cut by the end of the connection"));
            }

            // Not by the clock: what was read is kept until it is durable, and nothing more is read before.
            Provenance from = new(sender, address, _time.GetUtcNow());
            if (!await DeliverAsync(tls, dialect, pipeline, from, events).ConfigureAwait(false))
            {
                return;
            }

            if (read == 0)
            {
                return;
            }

            events.Clear();
            buffer.AsSpan(at, end - at).CopyTo(buffer);
            end -= at;
            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(2 * buffer.Length, BufferBytesMax));
            }
        }
    }

    /// <summary>False: the connection has to end.</summary>
    private async Task<bool> DeliverAsync(
        SslStream tls,
        IStreamDialect dialect,
        SourcePipeline pipeline,
        Provenance from,
        List<ParsedEvent> events)
    {
        if (!dialect.IsAnswered)
        {
            return events.Count == 0 || await pipeline.DeliverAllAsync(from, events).ConfigureAwait(false);
        }

        string? whyLater = events.Count == 0
            ? null
            : (await pipeline.DeliverAsync(from, events).ConfigureAwait(false)).WhyLater;
        if (whyLater is not null)
        {
            await Task.Delay(s_breath, _time, _stop.Token).ConfigureAwait(false);
        }

        ReadOnlyMemory<byte> answer = dialect.Answer(whyLater);
        if (!answer.IsEmpty)
        {
            await tls.WriteAsync(answer, _stop.Token).ConfigureAwait(false);
        }

        return true;
    }

    private sealed record Served(SourcePipeline Pipeline, SenderCheck Senders, SenderTrust Trust);
}
