// A directory for one test, which goes when the test ends.
// Owned by its test.

namespace LedgerStore.Tests.Client;

internal sealed class TempFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("ledgerstore-client-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    internal string File(string name) => System.IO.Path.Combine(Path, name);
}
