// Stands between a client and its server and does what networks do at their worst: it refuses, delays, splits,
// truncates and cuts. It passes bytes on and knows nothing of them, so TLS goes through it as it is. Owned by its test.

using System.Net;
using System.Net.Sockets;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Client;

internal sealed class BadProxy : IAsyncDisposable
{
    private const int PieceBytes = 8 * 1024;

    // However the dice fall: this piece of all ends its connection.
    private const int FirstCut = 12;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly int _target;
    private readonly Task _accepting;

    // One for all connections, under its own lock.
    private readonly SplitMix _random;
    private int _cuts;
    private int _pieces;

    /// <param name="server">Where everything goes.</param>
    internal BadProxy(Uri server, ulong seed)
    {
        _target = server.Port;
        _random = new SplitMix(seed);
        _listener.Start();
        Address = new UriBuilder(server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync();
    }

    internal Uri Address { get; }

    /// <summary>One piece in so many is where a connection ends.</summary>
    internal int CutsOneIn { get; init; } = 40;

    /// <summary>Connections that were refused, cut or truncated so far.</summary>
    internal int Cuts => Volatile.Read(ref _cuts);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> relays = [];
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The end of the test.
        }

        await Task.WhenAll(relays);
    }

    private async Task RelayAsync(TcpClient client)
    {
        using TcpClient server = new();
        using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        try
        {
            if (OneIn(8))
            {
                Interlocked.Increment(ref _cuts);
                return;
            }

            await server.ConnectAsync(IPAddress.Loopback, _target, cut.Token);
            Task up = PumpAsync(client.GetStream(), server.GetStream(), cut.Token);
            Task down = PumpAsync(server.GetStream(), client.GetStream(), cut.Token);
            await Task.WhenAny(up, down);
            await cut.CancelAsync();
            await Task.WhenAll(up, down);
        }
        catch (Exception error) when (IsEnd(error))
        {
            // Either side went away: the other one follows.
        }
        finally
        {
            if (OneIn(2))
            {
                // A reset instead of an orderly end.
                client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
            }

            client.Dispose();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, CancellationToken cut)
    {
        byte[] piece = new byte[PieceBytes];
        try
        {
            while (await from.ReadAsync(piece, cut) is > 0 and int count)
            {
                bool isLast = Interlocked.Increment(ref _pieces) == FirstCut || OneIn(CutsOneIn);
                int sent = isLast ? Below(count) : count;
                if (OneIn(10))
                {
                    await Task.Delay(Below(5), cut);
                }

                int split = Below(sent + 1);
                await to.WriteAsync(piece.AsMemory(0, split), cut);
                await to.WriteAsync(piece.AsMemory(split, sent - split), cut);
                if (isLast)
                {
                    Interlocked.Increment(ref _cuts);
                    return;
                }
            }
        }
        catch (Exception error) when (IsEnd(error))
        {
            // As above.
        }
    }

    private static bool IsEnd(Exception error) =>
        error is OperationCanceledException or IOException or SocketException or ObjectDisposedException;

    private bool OneIn(int calls)
    {
        lock (_random)
        {
            return _random.OneIn(calls);
        }
    }

    private int Below(int bound)
    {
        lock (_random)
        {
            return bound == 0 ? 0 : _random.Below(bound);
        }
    }
}
