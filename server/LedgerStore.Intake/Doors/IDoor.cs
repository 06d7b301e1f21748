// An address that sources are reached by. Started and stopped by one thread; what it exchanges holds for what comes
// next.
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Delivering;

namespace LedgerStore.Intake.Doors;

internal interface IDoor : IAsyncDisposable
{
    /// <summary>Where it listens, with the port that the system chose if none was named.</summary>
    Uri Address { get; }

    /// <summary>Begins to listen. Nothing is left behind where that fails.</summary>
    Task StartAsync();

    /// <summary>From the next request or connection on these are served.</summary>
    /// <param name="trust">Null: without TLS, which the configuration allows on this machine only.</param>
    void Exchange(IReadOnlyList<ServedSource> sources, SenderTrust? trust);
}

/// <summary>A source, and the way of its events.</summary>
internal sealed record ServedSource(SourceConfig Config, SourcePipeline Pipeline);
