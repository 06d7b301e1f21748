// Everything a server needs to run, decided and opened by whoever starts it: a command or a test. Immutable.
using System.Net;
using LedgerStore.Engine;
using LedgerStore.Server.Rights;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Hosting;

/// <summary>The parts of a server. The store stays the caller's, who disposes it after the server.</summary>
internal sealed record HostSettings
{
    public required Store Store { get; init; }

    public required IPEndPoint Listen { get; init; }

    public required PolicyInForce Policy { get; init; }

    /// <summary>Puts TLS on the listener.</summary>
    public required Action<ListenOptions> UseTls { get; init; }

    /// <summary>Who is at the other end of a connection; asked for every call.</summary>
    public required Func<HttpContext, CallerAnswer> Identify { get; init; }

    public Action<ILoggingBuilder> ConfigureLogging { get; init; } = static _ => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public int ConnectionsMax { get; init; } = 10_000;

    public int StreamsPerConnectionMax { get; init; } = 256;

    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often an open stream records how far it has come.</summary>
    public TimeSpan RecordInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a following reader hears that there is nothing new.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);
}
