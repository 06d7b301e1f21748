// An open file on Linux: pread, pwrite, fdatasync, each with its result checked.
// Owned by whoever opened it; positions are explicit, so several threads may call it.

using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Files;

/// <summary><see cref="IFile"/> over a descriptor.</summary>
internal sealed class LinuxFile(FileDescriptor descriptor, string path) : IFile
{
    public string Path { get; } = path;

    public long Length
    {
        get
        {
            // The position of the descriptor is used by nothing else.
            long length = LinuxNative.Seek(descriptor, 0, LinuxNative.SeekEnd);
            return length >= 0 ? length : throw Failed(StorageOperation.Stat);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ThrowIfClosed();
        while (bytes.Length > 0)
        {
            nint written = LinuxNative.Write(
                descriptor, in MemoryMarshal.GetReference(bytes), bytes.Length, offset);
            if (written > 0)
            {
                bytes = bytes[(int)written..];
                offset += written;
                continue;
            }

            // Zero is not an answer that Linux gives for files; taken as an error it cannot become an endless loop.
            int errno = written == 0 ? FileErrno.InputOutput : Marshal.GetLastPInvokeError();
            if (errno != FileErrno.Interrupted)
            {
                throw new StorageException(StorageOperation.Write, errno, Path);
            }
        }
    }

    public int Read(long offset, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ThrowIfClosed();
        int total = 0;
        while (total < bytes.Length)
        {
            Span<byte> rest = bytes[total..];
            nint read = LinuxNative.Read(
                descriptor, ref MemoryMarshal.GetReference(rest), rest.Length, offset + total);
            if (read == 0)
            {
                break;
            }

            if (read > 0)
            {
                total += (int)read;
            }
            else if (Marshal.GetLastPInvokeError() != FileErrno.Interrupted)
            {
                throw Failed(StorageOperation.Read);
            }
        }

        return total;
    }

    public void Sync()
    {
        // EINTR means that the call did not run to its end, so it is the one error after which asking again is
        // asking for the first time. After any other the kernel has marked the lost pages clean.
        while (LinuxNative.SyncData(descriptor) != 0)
        {
            ThrowUnlessInterrupted(StorageOperation.Sync);
        }
    }

    public void SetLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        while (LinuxNative.SetLength(descriptor, length) != 0)
        {
            ThrowUnlessInterrupted(StorageOperation.SetLength);
        }
    }

    public void Allocate(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        long before = Length;
        while (LinuxNative.Allocate(descriptor, mode: 0, offset, length) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == FileErrno.NotSupported)
            {
                AllocateByWriting(before, offset + length);
                return;
            }

            if (errno != FileErrno.Interrupted)
            {
                // ext4 may have extended the file up to where the space ended. Best effort: the first error counts.
                _ = LinuxNative.SetLength(descriptor, before);
                throw new StorageException(StorageOperation.Allocate, errno, Path);
            }
        }
    }

    public void Advise(FileAdvice advice, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ThrowIfClosed();
        if (advice == FileAdvice.WriteSoon)
        {
            _ = LinuxNative.SyncRange(descriptor, offset, length, LinuxNative.SyncRangeWrite);
            return;
        }

        _ = LinuxNative.Advise(descriptor, offset, length, Number(advice));
    }

    public void Dispose() => descriptor.Dispose();

    /// <summary>The advice as fadvise and madvise number it (they agree).</summary>
    internal static int Number(FileAdvice advice) => advice switch
    {
        FileAdvice.Sequential => LinuxNative.AdviceSequential,
        FileAdvice.Random => LinuxNative.AdviceRandom,
        FileAdvice.WillNeed => LinuxNative.AdviceWillNeed,
        FileAdvice.DontNeed => LinuxNative.AdviceDontNeed,
        _ => throw new ArgumentOutOfRangeException(nameof(advice)),
    };

    /// <summary>For file systems without fallocate (NFS): zeros from the end on take the space just as well.</summary>
    private void AllocateByWriting(long before, long end)
    {
        byte[] zeros = new byte[64 * 1024];
        try
        {
            for (long at = before; at < end; at += zeros.Length)
            {
                Write(at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, end - at)));
            }
        }
        catch (StorageException error)
        {
            _ = LinuxNative.SetLength(descriptor, before);
            throw new StorageException(StorageOperation.Allocate, error.Errno, Path);
        }
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(descriptor.IsClosed, this);

    private StorageException Failed(StorageOperation operation) =>
        new(operation, Marshal.GetLastPInvokeError(), Path);

    private void ThrowUnlessInterrupted(StorageOperation operation)
    {
        if (Marshal.GetLastPInvokeError() != FileErrno.Interrupted)
        {
            throw Failed(operation);
        }
    }
}
