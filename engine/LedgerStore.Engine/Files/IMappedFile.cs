// A sealed file mapped read-only. Nothing mapped ever changes: sealed segments are unlinked, never truncated.
// Shared by all readers; whoever reads holds a lease, and the last one to leave unmaps.

namespace LedgerStore.Engine.Files;

/// <summary>A read-only map of a whole file.</summary>
/// <remarks>
/// A reader takes a lease, then populates, then takes the span, and returns the lease when no span is used any more.
/// Dispose refuses new leases and returns at once; the memory goes when the last lease is returned.
/// </remarks>
internal interface IMappedFile : IDisposable
{
    string Path { get; }

    /// <summary>The length when it was mapped.</summary>
    long Length { get; }

    /// <summary>Keeps the memory mapped until the lease is disposed. Exactly one Dispose for each lease.</summary>
    /// <returns>False once the file was disposed: look up the current generation again.</returns>
    bool TryAcquire(out MappedFileLease lease);

    /// <summary>Brings the range into memory, so that touching it cannot kill the process.</summary>
    /// <returns>False with the reason when a page cannot be read, or when the file is now shorter.</returns>
    /// <remarks>Needs a lease. A range outside of the file is an <see cref="ArgumentException"/>.</remarks>
    bool TryPopulate(long offset, int length, out StorageException? error);

    /// <summary>The bytes. Needs a lease; populate first.</summary>
    /// <remarks>A range outside of the file is an <see cref="ArgumentException"/>.</remarks>
    ReadOnlySpan<byte> Span(long offset, int length);

    /// <summary>A hint about the range; length 0 means to the end. It never fails. Needs a lease.</summary>
    void Advise(FileAdvice advice, long offset, long length);
}
