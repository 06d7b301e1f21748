// Looks at the disk under the data: what is free, when it will be full, and once a minute what the ledgers take.
// Look belongs to the server's timer; the rest is for any thread.
using System.IO.Enumeration;

namespace LedgerStore.Server.Disk;

/// <summary>The disk, as an operator asks about it.</summary>
internal sealed class DiskWatch(string data, TimeProvider time)
{
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromMinutes(1);

    private readonly DiskForecast forecast = new();
    private readonly DriveInfo drive = new(data);
    private readonly long began = time.GetTimestamp();
    private TimeSpan? measuredAt;
    private Task measuring = Task.CompletedTask;
    private long freeBytes;
    private long storedBytes;

    /// <summary>When it is full at the present rate; null when it does not fill.</summary>
    public TimeSpan? FullIn => forecast.FullIn;

    public long FreeBytes => Volatile.Read(ref freeBytes);

    /// <summary>What the ledgers' files took when they were last counted.</summary>
    public long StoredBytes => Volatile.Read(ref storedBytes);

    public void Look()
    {
        TimeSpan now = time.GetElapsedTime(began);
        try
        {
            Volatile.Write(ref freeBytes, drive.AvailableFreeSpace);
            forecast.Note(now, FreeBytes);
        }
        catch (IOException)
        {
            // The store itself finds out soon enough, and says so.
        }

        if (measuring.IsCompleted && (measuredAt is not { } last || now - last >= MeasureInterval))
        {
            // A hundred thousand ledgers are a second of work: not on the timer.
            measuredAt = now;
            measuring = Task.Run(Measure);
        }
    }

    private void Measure()
    {
        try
        {
            Volatile.Write(ref storedBytes, new FileSystemEnumerable<long>(
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
