// Everything a server needs to run, decided and opened by whoever starts it: a command or a test. Immutable.
using LedgerStore.Engine;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Trust;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Hosting;

/// <summary>The parts of a server. The store stays the caller's, who disposes it after the server.</summary>
internal sealed record HostSettings
{
    public required Store Store { get; init; }

    public required ServerConfig Config { get; init; }

    public required ServerTrust Trust { get; init; }

    /// <summary>Where the store's own threads report what they find.</summary>
    public EventQueue Events { get; init; } = new();

    /// <summary>Adds to where log lines go.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = static _ => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often an open stream records how far it has come.</summary>
    public TimeSpan RecordInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a following reader hears that there is nothing new.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);
}
