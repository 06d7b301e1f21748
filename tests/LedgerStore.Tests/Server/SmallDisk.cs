// A file system of a chosen size, mounted for one test where only the test's own processes see it. It lasts as long as
// the process that holds the mount; whoever is started on it may be killed. Owned by its test.
using System.Diagnostics;
using LedgerStore.Campaigns.Running;
using Xunit;

namespace LedgerStore.Tests.Server;

internal sealed class SmallDisk : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-disk-").FullName;
    private readonly Process _holder;

    internal SmallDisk(string type, long mebibytes)
    {
        Directory.CreateDirectory(Data);
        string mount = type == "tmpfs"
            ? $"mount -t tmpfs -o size={mebibytes}m none '{Data}'"
            : $"""
                truncate -s {mebibytes}M '{_home}/image' && mkfs.{type} -q -m 0 '{_home}/image' 1>&2 \
                && mount -o loop '{_home}/image' '{Data}'
                """;
        _holder = MountSpace.Start($"({mount}) && chmod 700 '{Data}' && echo mounted && exec sleep 1000");
        if (_holder.StandardOutput.ReadLine() != "mounted")
        {
            throw new InvalidOperationException($"no {type} is mounted: {_holder.StandardError.ReadToEnd()}");
        }
    }

    /// <summary>Where it is mounted, for those on it; everything beside it is on the disk of the test.</summary>
    internal string Data => Path.Combine(_home, "data");

    /// <summary>The same directory, as the test sees it.</summary>
    internal string Seen => $"/proc/{_holder.Id}/root{Data}";

    internal long FreeBytes => new DriveInfo(Seen).AvailableFreeSpace;

    /// <summary>Somebody else's file takes this much more of it, or gives so much back.</summary>
    internal void Take(long bytes)
    {
        using FileStream ballast = new(Path.Combine(Seen, "ballast"), FileMode.OpenOrCreate);
        if (bytes < 0)
        {
            Assert.True(ballast.Length + bytes >= 0, $"there are {ballast.Length} bytes to give back, not {-bytes}");
            ballast.SetLength(ballast.Length + bytes);
            return;
        }

        ballast.Seek(0, SeekOrigin.End);
        byte[] some = new byte[64 * 1024];
        for (long left = bytes; left > 0; left -= some.Length)
        {
            ballast.Write(some, 0, (int)Math.Min(left, some.Length));
        }

        ballast.Flush(flushToDisk: true);
    }

    /// <summary>Takes what is left, to the last byte.</summary>
    internal void TakeAll()
    {
        try
        {
            Take(long.MaxValue);
        }
        catch (IOException)
        {
            // Full: that was the purpose.
        }
    }

    /// <summary>Starts a program that sees it.</summary>
    internal Process Run(params string[] command) => Process.Start(
        new ProcessStartInfo(MountSpace.Enter(_holder.Id)[0], [.. MountSpace.Enter(_holder.Id)[1..], .. command])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
        Directory.Delete(_home, recursive: true);
    }
}
