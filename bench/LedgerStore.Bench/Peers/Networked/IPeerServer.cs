// A server that callers in this process call, over mutual TLS on loopback. Owned by the suite.
namespace LedgerStore.Bench.Peers.Networked;

internal interface IPeerServer : IDisposable
{
    /// <summary>The part of the figures' names, such as postgres.</summary>
    string Name { get; }

    /// <summary>What it is, as it says itself.</summary>
    string Version { get; }

    /// <summary>The process that all its others come from.</summary>
    int ProcessId { get; }

    /// <summary>Where each write is a sync; null where syncs are calls of their own.</summary>
    string? SynchronousDirectory { get; }
}
