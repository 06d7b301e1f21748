// A disk that histories begin with, made once and copied for each: a ledger whose segment is nearly full.
// Immutable once made; any thread copies it.
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>A disk and the model of what is on it.</summary>
internal sealed class StartDisk(SimulatedFileSystem disk, Func<StoreModel> model)
{
    public SimulatedFileSystem Disk(SimulatedOptions options) => disk.Crash(new KeepAll(), options);

    public StoreModel Model() => model();
}
