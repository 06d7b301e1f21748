// What the disk does when nothing else is asked of it: the same bytes in the same group sizes, write and sync, into a
// zero-filled file that is used again and again, as the journal does it.
using System.Diagnostics;
using LedgerStore.Engine.Files;

namespace LedgerStore.Bench.Load;

/// <summary>A loop of pwrite and fdatasync.</summary>
internal sealed class DiskFloor : IDisposable
{
    private const int FileBytes = 64 * 1024 * 1024;
    private const int LargestBytes = 8 * 1024 * 1024;

    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-floor-").FullName;
    private readonly IFile _file;
    private readonly byte[] _bytes = new byte[LargestBytes + 4096];
    private long _offset;

    public DiskFloor()
    {
        _file = new LinuxFileSystem().Create(Path.Combine(_directory, "floor"), FileAccessMode.ReadWrite);
        byte[] zeros = new byte[1 << 20];
        for (int offset = 0; offset < FileBytes; offset += zeros.Length)
        {
            _file.Write(offset, zeros);
        }

        _file.Sync();
        new Random(5).NextBytes(_bytes);
    }

    /// <summary>Repeats the sizes in their order for this long.</summary>
    /// <returns>Bytes per second, and the latency of each write with its sync.</returns>
    public (double BytesPerSecond, LatencyHistogram Latencies) Run(int[] sizes, TimeSpan time)
    {
        LatencyHistogram latencies = new();
        long bytes = 0;
        long start = Stopwatch.GetTimestamp();
        long now = start;
        for (int i = 0; Stopwatch.GetElapsedTime(start, now) < time; i = (i + 1) % sizes.Length)
        {
            int size = Math.Min(sizes[i], LargestBytes);
            Write(size);
            bytes += size;
            long before = now;
            now = Stopwatch.GetTimestamp();
            latencies.RecordSince(before, now);
        }

        return (bytes / Stopwatch.GetElapsedTime(start, now).TotalSeconds, latencies);
    }

    public void Dispose()
    {
        _file.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Write(int size)
    {
        if (_offset + size > FileBytes)
        {
            _offset = 0;
        }

        // Every write another byte: a disk that notices what it has already must not be faster for it.
        _bytes[size / 2]++;
        _file.Write(_offset, _bytes.AsSpan(0, size));
        _file.Sync();
        _offset += (size + 4095) & ~4095;
    }
}
