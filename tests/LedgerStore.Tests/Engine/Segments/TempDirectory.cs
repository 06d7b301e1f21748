// A directory of one test on the real file system, gone afterwards.

namespace LedgerStore.Tests.Engine.Segments;

internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ledgerstore-segments-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
