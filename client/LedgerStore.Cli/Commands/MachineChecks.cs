// The doctor's look at the machine: signatures, file system, sync, limits, clock. One thread.
using System.Diagnostics;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Cli;

/// <summary>Checks of this machine.</summary>
internal static class MachineChecks
{
    private const int SyncTries = 16;
    private const int BlockBytes = 4_096;
    private const long FreeBytesMin = 2L << 30;
    private const int OpenFilesMin = 8_192;

    // No disk writes 4 KiB to where it stays within this; a cache that forgets does.
    private static readonly TimeSpan s_syncMin = TimeSpan.FromMicroseconds(15);

    private static readonly HashSet<string> s_tested = ["ext4", "xfs", "btrfs"];
    private static readonly HashSet<string> s_forgetful = ["tmpfs", "ramfs", "overlay", "overlayfs"];

    /// <param name="data">The data directory, or where it will be; null: the working directory stands for it.</param>
    public static IEnumerable<Check> Run(string? data)
    {
        string directory = Path.GetFullPath(data ?? ".");
        if (!Directory.Exists(directory))
        {
            throw new UsageException($"there is no directory {directory}", "make it, owned by who will run the server");
        }

        return
        [
            Signatures(),
            Kernel(Environment.OSVersion.Version),
            FileSystem(directory),
            FreeSpace(directory),
            Sync(directory),
            .. data is null ? Array.Empty<Check>() : [Permissions(directory)],
            OpenFiles(),
            Clock(),
        ];
    }

    private static Check Signatures()
    {
        try
        {
            Ed25519.EnsureAvailable();
            return new Check("signatures", CheckResult.Good, "libsodium loads");
        }
        catch (PlatformNotSupportedException missing)
        {
            return new Check("signatures", CheckResult.Bad, missing.Message);
        }
    }

    private static Check Kernel(Version kernel) =>
        WriteBackErrors.WhyUnnoticed(kernel) is { } why
            ? new Check("kernel", CheckResult.Bad, why)
            : new Check("kernel", CheckResult.Good, $"{kernel.Major}.{kernel.Minor}: tells of what it could not write");

    private static Check FileSystem(string directory)
    {
        string kind = new DriveInfo(Path.GetFullPath(directory)).DriveFormat;
        return s_tested.Contains(kind) ? new Check("file system", CheckResult.Good, kind)
            : s_forgetful.Contains(kind)
                ? new Check("file system", CheckResult.Doubtful, $"{kind}: data may go with the machine or container")
                : new Check("file system", CheckResult.Doubtful, $"{kind} is not one of ext4, xfs, btrfs");
    }

    private static Check FreeSpace(string directory)
    {
        long free = new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
        return new Check(
            "free space",
            free < FreeBytesMin ? CheckResult.Doubtful : CheckResult.Good,
            $"{free >> 20:N0} MiB; the journal alone may take 1,024");
    }

    /// <summary>Writes that must be on the disk when they return: too fast is not honest.</summary>
    private static Check Sync(string directory)
    {
        string file = Path.Combine(directory, $".ledger-doctor-{Environment.ProcessId}");
        double[] micros = new double[SyncTries];
        try
        {
            using (SafeFileHandle handle = File.OpenHandle(
                file, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.WriteThrough))
            {
                byte[] block = new byte[BlockBytes];
                for (int i = 0; i < SyncTries; i++)
                {
                    long started = Stopwatch.GetTimestamp();
                    RandomAccess.Write(handle, block, 0);
                    micros[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
                }
            }

            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Check("sync", CheckResult.Bad, error.Message);
        }

        Array.Sort(micros);
        double median = micros[SyncTries / 2];
        return median < s_syncMin.TotalMicroseconds
            ? new Check(
                "sync", CheckResult.Doubtful,
                $"4 KiB in {median:N0} us: too fast for a disk, something does not wait for it")
            : new Check("sync", CheckResult.Good, $"4 KiB in {median:N0} us");
    }

    /// <summary>Who can write a data directory can take entries away; who can read it reads every record.</summary>
    private static Check Permissions(string directory)
    {
        const UnixFileMode Writers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        const UnixFileMode Readers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        UnixFileMode mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(directory);
        return (mode & Writers) != UnixFileMode.None
            ? new Check("permissions", CheckResult.Bad, $"others can write in it: chmod 700 {directory}")
            : (mode & Readers) != UnixFileMode.None
                ? new Check("permissions", CheckResult.Doubtful, $"others can list it: chmod 700 {directory}")
                : new Check("permissions", CheckResult.Good, "only its owner");
    }

    private static Check OpenFiles()
    {
        const string Name = "Max open files";
        string? line = File.Exists("/proc/self/limits")
            ? File.ReadLines("/proc/self/limits").FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal))
            : null;
        string[] words = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        string limit = words.Length > 1 ? words[1] : "not known";
        bool isEnough = limit == "unlimited" || (long.TryParse(limit, out long files) && files >= OpenFilesMin);
        return new Check(
            "open files",
            isEnough ? CheckResult.Good : CheckResult.Doubtful,
            isEnough ? limit : $"{limit}; a server should have {OpenFilesMin} (ulimit -n, LimitNOFILE)");
    }

    private static Check Clock() => File.Exists("/run/systemd/timesync/synchronized") || Directory.Exists("/run/chrony")
        ? new Check("clock", CheckResult.Good, "kept by NTP")
        : new Check("clock", CheckResult.Doubtful, "neither systemd-timesyncd nor chrony is seen to keep it");
}
