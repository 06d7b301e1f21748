// Who may hold a connection, and how fast handshakes may begin: by address, and all together. Known callers find room
// while unknown ones flood, because only a part of all connections may be without a certificate that was accepted.
// Guarded by its own lock, which nothing blocks under; any thread.
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Tls;

/// <summary>The bounds of a listener, as the operator set them.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ConnectionLimits(int Connections, int PerAddress, int HandshakesPerSecond)
{
    public static ConnectionLimits Default { get; } = new(
        ServerLimits.Connections, ServerLimits.ConnectionsPerAddress, ServerLimits.HandshakesPerSecond);

    /// <summary>Connections that are in their handshake or came without a certificate.</summary>
    public int Unidentified => Math.Max(1, Connections / ServerLimits.UnidentifiedShare);
}

/// <summary>Counts connections.</summary>
internal sealed class ConnectionGate(ConnectionLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Place> _places = [];
    private readonly Pace _pace = new(limits.HandshakesPerSecond, time);
    private int _open;
    private int _unidentified;

    /// <summary>Connections that are counted now, for tests.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _open;
            }
        }
    }

    /// <summary>Addresses that are remembered now, for tests.</summary>
    public int Addresses
    {
        get
        {
            lock (_gate)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>Counts one more; then <see cref="Leave"/> must follow, if it is not refused.</summary>
    /// <param name="wait">How long its handshake must wait.</param>
    /// <returns>None, or why there is no room.</returns>
    public RefusalReason Enter(IPAddress? address, out TimeSpan wait)
    {
        wait = default;
        IPAddress network = NetworkOf(address);
        lock (_gate)
        {
            Place? place = _places.GetValueOrDefault(network);
            if (_unidentified >= limits.Unidentified || place?.Open >= limits.PerAddress)
            {
                return RefusalReason.TooManyConnections;
            }

            place ??= AddSlow(network);
            TimeSpan longest = place.Pace.Wait() > _pace.Wait() ? place.Pace.Wait() : _pace.Wait();
            if (longest > ServerLimits.HandshakeWaitMax)
            {
                return RefusalReason.TooManyHandshakes;
            }

            place.Pace.Take();
            _pace.Take();
            place.Open++;
            _open++;
            _unidentified++;
            wait = longest;
            return RefusalReason.None;
        }
    }

    /// <summary>It has a certificate that was accepted.</summary>
    public void Identified()
    {
        lock (_gate)
        {
            _unidentified--;
        }
    }

    /// <summary>It is closed.</summary>
    public void Leave(IPAddress? address, bool wasIdentified)
    {
        IPAddress network = NetworkOf(address);
        lock (_gate)
        {
            _open--;
            _unidentified -= wasIdentified ? 0 : 1;
            Place place = _places[network];
            place.Open--;
            if (place is { Open: 0, Pace.IsFull: true })
            {
                _places.Remove(network);
            }
        }
    }

    private Place AddSlow(IPAddress network)
    {
        if (_places.Count >= limits.Connections)
        {
            DropIdle();
        }

        int share = Math.Max(1, limits.HandshakesPerSecond / ServerLimits.HandshakesAddressShare);
        Place place = new(new Pace(share, time));
        _places.Add(network, place);
        return place;
    }

    // Addresses without a connection are remembered while they still pay for their handshakes.
    private void DropIdle()
    {
        foreach ((IPAddress old, Place idle) in _places)
        {
            if (idle is { Open: 0, Pace.IsFull: true })
            {
                _places.Remove(old);
            }
        }
    }

    private static IPAddress NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(ServerLimits.AddressBits6 / 8).Clear();
        return new IPAddress(bytes);
    }

    private sealed class Place(Pace pace)
    {
        public Pace Pace => pace;

        public int Open { get; set; }
    }

    /// <summary>So many in a second; more wait.</summary>
    private sealed class Pace(int perSecond, TimeProvider time)
    {
        private readonly long _ticksEach = Math.Max(1, time.TimestampFrequency / perSecond);
        private readonly long _burstTicks = ServerLimits.HandshakesBurstSeconds * time.TimestampFrequency;

        // When everything that was taken is paid for. Ahead of the clock by more than a burst, the next one waits.
        private long _paidAt = time.GetTimestamp();

        public bool IsFull => _paidAt <= time.GetTimestamp();

        public TimeSpan Wait()
        {
            long over = _paidAt + _ticksEach - time.GetTimestamp() - _burstTicks;
            return over <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(over / (double)time.TimestampFrequency);
        }

        public void Take() => _paidAt = Math.Max(_paidAt, time.GetTimestamp()) + _ticksEach;
    }
}
