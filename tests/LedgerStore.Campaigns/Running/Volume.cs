// A file system of its own in an image that is mounted where only its campaign sees it; it can lose its power. Owned
// by its campaign; one order after the other.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Running;

/// <summary>A mounted image.</summary>
internal sealed class Volume : IDisposable
{
    private const int Mebibytes = 1_200;
    private const int Tries = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string image;
    private readonly Process holder;

    /// <param name="home">Where image and mount are made.</param>
    public Volume(string type, string home)
    {
        image = Path.Combine(home, "image");
        Data = Path.Combine(home, "data");
        Directory.CreateDirectory(Data);
        holder = MountSpace.Start($"""
            truncate -s {Mebibytes}M '{image}' && mkfs.{type} -q '{image}' >&2 && mount -o loop '{image}' '{Data}' \
            && chmod 700 '{Data}' && echo mounted && exec sleep infinity
            """);
        if (holder.StandardOutput.ReadLine() != "mounted")
        {
            string errors = holder.StandardError.ReadToEnd().Trim();
            holder.Dispose();
            throw new IOException($"no {type} can be mounted here: {errors}");
        }
    }

    /// <summary>Where it is mounted, for those who are started in it.</summary>
    public string Data { get; }

    /// <summary>What starts a command in it.</summary>
    public string[] Enter => MountSpace.Enter(holder.Id);

    /// <summary>The power goes.</summary>
    public void CutPower(bool flushLog) => Native.ShutDown($"/proc/{holder.Id}/root{Data}", flushLog);

    /// <summary>The power is back: the file system is mounted again, and repairs itself with its own log.</summary>
    public void Mount()
    {
        Retry("umount", Data);
        Retry("mount", "-o", "loop", image, Data);
    }

    public void Dispose()
    {
        holder.Kill();
        holder.WaitForExit();
        holder.Dispose();
    }

    private void Retry(params string[] command)
    {
        for (int left = Tries; ; left--)
        {
            string[] all = [.. Enter, .. command];
            using Process run = Process.Start(new ProcessStartInfo(all[0], all[1..])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
            string errors = run.StandardError.ReadToEnd();
            run.WaitForExit();
            if (run.ExitCode == 0)
            {
                return;
            }

            if (left == 0)
            {
                throw new IOException($"{string.Join(' ', command)}: {errors}");
            }

            Thread.Sleep(Pause);
        }
    }
}
