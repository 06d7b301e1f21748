// The contract on the simulated file system. Each test has its own disk.

using LedgerStore.Engine.Files;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Files;

public sealed class SimulatedFileSystemTests : FileSystemContract
{
    public SimulatedFileSystemTests() => Files.CreateDirectory(Root);

    private protected override IFileSystem Files { get; } = new SimulatedFileSystem(new SimulatedOptions());

    private protected override string Root => "/data";
}
