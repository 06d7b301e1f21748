// One open file. The contract that the Linux and the simulated file systems both satisfy (one test class checks both).
// Owned by whoever opened it; calls at different offsets may come from several threads.

namespace LedgerStore.Engine.Files;

/// <summary>An open file, addressed by offset.</summary>
/// <remarks>
/// Every failure is a <see cref="StorageException"/>. Every call on a disposed file is an
/// <see cref="ObjectDisposedException"/>. Negative offsets and lengths are <see cref="ArgumentException"/>.
/// </remarks>
internal interface IFile : IDisposable
{
    /// <summary>The path it was opened by. It does not follow a rename.</summary>
    string Path { get; }

    /// <summary>The length now, asked from the file system.</summary>
    long Length { get; }

    /// <summary>Writes all bytes at the offset, or throws.</summary>
    /// <remarks>
    /// Short writes are continued. When it throws, any prefix of the bytes may have been written (ENOSPC does that).
    /// Beyond the end it extends the file; a gap reads as zeros. Visible to readers at once, durable after
    /// <see cref="Sync"/> only. No bytes: nothing is called.
    /// </remarks>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Reads up to <c>bytes.Length</c> bytes.</summary>
    /// <returns>How many; fewer than asked only at the end of the file.</returns>
    int Read(long offset, Span<byte> bytes);

    /// <summary>Makes the file's bytes and its length durable (fdatasync). Not its directory entry.</summary>
    /// <remarks>
    /// When it throws, the bytes written since the last success may be lost even though they can still be read, and a
    /// later Sync succeeds without them: never call it again, poison the store.
    /// </remarks>
    void Sync();

    /// <summary>Cuts or extends with zeros. Durable after <see cref="Sync"/>.</summary>
    void SetLength(long length);

    /// <summary>Reserves space for the range and extends the length to its end if it is shorter.</summary>
    /// <remarks>Not enough space: <see cref="StorageException.IsNoSpace"/>, and the length is what it was.</remarks>
    void Allocate(long offset, long length);

    /// <summary>A hint about the range; length 0 means to the end. It never fails.</summary>
    void Advise(FileAdvice advice, long offset, long length);
}
