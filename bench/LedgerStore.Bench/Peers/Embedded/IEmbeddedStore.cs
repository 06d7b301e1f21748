// A store inside the process. A call is a batch of 256 records, durable when it completes.
namespace LedgerStore.Bench.Peers.Embedded;

internal interface IEmbeddedStore : IPeerLoad, IDisposable
{
    string Version { get; }

    /// <summary>Waits for work that acknowledged calls left behind, if the system has such.</summary>
    Task SettleAsync();
}
