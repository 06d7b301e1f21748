// The right to look at mapped memory. Held by one reader, may cross threads and awaits.

namespace LedgerStore.Engine.Files;

/// <summary>While a lease is held, the memory stays mapped. The default value holds nothing.</summary>
/// <remarks>A struct, so that a read allocates nothing: dispose each lease once and do not use copies of it.</remarks>
internal readonly struct MappedFileLease : IDisposable
{
    private readonly LeaseCounter? _counter;

    internal MappedFileLease(LeaseCounter counter) => _counter = counter;

    public void Dispose() => _counter?.Release();
}
