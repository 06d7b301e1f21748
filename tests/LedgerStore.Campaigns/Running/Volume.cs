// A file system of its own in an image that is mounted where only its campaign sees it; it can lose its power, or be on
// a sick disk. Owned by its campaign; one order after the other.
using System.Diagnostics;
using LedgerStore.Campaigns.Sick;

namespace LedgerStore.Campaigns.Running;

/// <summary>A mounted image.</summary>
internal sealed class Volume : IDisposable
{
    private const int Mebibytes = 1_200;
    private const int Tries = 100;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly string _device;
    private readonly Process _holder;
    private readonly Process? _disk;

    /// <param name="home">Where image and mount are made.</param>
    /// <param name="isSick">Its block device obeys orders; otherwise it is a sound one.</param>
    public Volume(string type, string home, bool isSick)
    {
        string image = Path.Combine(home, "image");
        Data = Path.Combine(home, "data");
        _device = isSick ? Path.Combine(home, "disk") : image;
        Directory.CreateDirectory(Data);
        _holder = MountSpace.Start("exec sleep infinity");
        try
        {
            Run("truncate", "-s", $"{Mebibytes}M", image);
            Run($"mkfs.{type}", "-q", image);
            _disk = isSick ? StartDisk(image) : null;
            Run("mount", "-o", "loop", _device, Data);
            Run("chmod", "700", Data);
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it is mounted, for those who are started in it.</summary>
    public string Data { get; }

    /// <summary>What starts a command in it.</summary>
    public string[] Enter => MountSpace.Enter(_holder.Id);

    /// <summary>The power of the machine goes; the disk keeps what it was given.</summary>
    public void CutPower(bool flushLog) => Native.ShutDown($"/proc/{_holder.Id}/root{Data}", flushLog);

    /// <summary>An order for a sick disk.</summary>
    public void Order(string order)
    {
        _disk!.StandardInput.WriteLine(order);
        _disk.StandardInput.Flush();
        if (_disk.StandardOutput.ReadLine() != order)
        {
            throw new IOException($"the disk did not obey '{order}'");
        }
    }

    /// <summary>The file system is gone from its device.</summary>
    public void Unmount() => Retry("umount", Data);

    /// <summary>It is mounted again, and repairs itself with its own log.</summary>
    public void Mount() => Retry("mount", "-o", "loop", _device, Data);

    public void Dispose()
    {
        if (_disk is not null)
        {
            _disk.Kill();
            _disk.WaitForExit();
            _disk.Dispose();
        }

        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private Process StartDisk(string image)
    {
        File.WriteAllBytes(_device, []);
        string program = Path.Combine(AppContext.BaseDirectory, "LedgerStore.Campaigns.dll");
        string[] command = [.. Enter, "dotnet", "exec", program, "disk", _device, image];
        Process started = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return started.StandardOutput.ReadLine() == DiskProgram.Mounted
            ? started
            : throw new IOException("no file of /dev/fuse can be mounted here");
    }

    private void Retry(params string[] command)
    {
        for (int left = Tries; ; left--)
        {
            try
            {
                Run(command);
                return;
            }
            catch (IOException) when (left > 0)
            {
                // Something of before has it still.
                Thread.Sleep(s_pause);
            }
        }
    }

    private void Run(params string[] command)
    {
        string[] all = [.. Enter, .. command];
        using Process run = Process.Start(new ProcessStartInfo(all[0], all[1..])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        string errors = run.StandardError.ReadToEnd();
        run.WaitForExit();
        if (run.ExitCode != 0)
        {
            throw new IOException($"{string.Join(' ', command)}: {errors.Trim()}");
        }
    }
}
