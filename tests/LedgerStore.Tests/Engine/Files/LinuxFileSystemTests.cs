// The contract on the real file system. Each test has its own directory.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Engine.Files;

public sealed class LinuxFileSystemTests : FileSystemContract, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ledgerstore-");

    private protected override IFileSystem Files { get; } = new LinuxFileSystem();

    private protected override string Root => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
