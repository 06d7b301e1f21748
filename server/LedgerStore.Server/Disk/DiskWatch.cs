// Looks at the disk under the data: what is free, when it will be full, and once a minute what the ledgers take.
// Look belongs to the server's timer; the rest is for any thread.
using System.IO.Enumeration;

namespace LedgerStore.Server.Disk;

/// <summary>The disk, as an operator asks about it.</summary>
internal sealed class DiskWatch(string data, TimeProvider time)
{
    private static readonly TimeSpan s_measureInterval = TimeSpan.FromMinutes(1);

    private readonly DiskForecast _forecast = new();
    private readonly DriveInfo _drive = new(data);
    private readonly long _began = time.GetTimestamp();
    private TimeSpan? _measuredAt;
    private Task _measuring = Task.CompletedTask;
    private long _freeBytes;
    private long _storedBytes;

    /// <summary>When it is full at the present rate; null when it does not fill.</summary>
    public TimeSpan? FullIn => _forecast.FullIn;

    public long FreeBytes => Volatile.Read(ref _freeBytes);

    /// <summary>What the ledgers' files took when they were last counted.</summary>
    public long StoredBytes => Volatile.Read(ref _storedBytes);

    public void Look()
    {
        TimeSpan now = time.GetElapsedTime(_began);
        try
        {
            Volatile.Write(ref _freeBytes, _drive.AvailableFreeSpace);
            _forecast.Note(now, FreeBytes);
        }
        catch (IOException)
        {
            // The store itself finds out soon enough, and says so.
        }

        if (_measuring.IsCompleted && (_measuredAt is not { } last || now - last >= s_measureInterval))
        {
            // A hundred thousand ledgers are a second of work: not on the timer.
            _measuredAt = now;
            _measuring = Task.Run(Measure);
        }
    }

    private void Measure()
    {
        try
        {
            Volatile.Write(ref _storedBytes, new FileSystemEnumerable<long>(
                Path.Combine(data, "ledgers"),
                static (ref FileSystemEntry entry) => entry.IsDirectory ? 0 : entry.Length,
                new EnumerationOptions { RecurseSubdirectories = true }).Sum());
        }
        catch (IOException)
        {
            // A file that went away meanwhile, or a directory that is not there yet: the next count is right.
        }
    }
}
