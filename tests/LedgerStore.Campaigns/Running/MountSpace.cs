// Mount namespaces of their own: what is mounted there only those see who are started in it, and it is gone with the
// last of them. Stateless; any thread.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Running;

/// <summary>Ways to mount without disturbing anybody.</summary>
internal static class MountSpace
{
    // As root, or in a user namespace of its own, where the kernel lets everybody have one.
    private static readonly string[][] s_ways = [["unshare", "-m"], ["unshare", "-rm"]];
    private static readonly Lazy<string[]?> s_way = new(static () => Array.Find(s_ways, CanMount));

    /// <summary>Why nothing can be mounted here; null when it can.</summary>
    public static string? Refusal => s_way.Value is null
        ? "mounting is not permitted here (run as root, or allow user namespaces)"
        : null;

    /// <summary>Starts a shell script in a namespace of its own.</summary>
    public static Process Start(string script)
    {
        string[] way = s_way.Value!;
        return Process.Start(new ProcessStartInfo(way[0], [.. way[1..], "sh", "-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>The command that starts another one in the namespace of a process.</summary>
    public static string[] Enter(int process) =>
    [
        "nsenter", .. s_way.Value!.Contains("-rm")
            ? (string[])["--target", $"{process}", "--user", "--mount", "--preserve-credentials"]
            : ["--target", $"{process}", "--mount"],
        "--",
    ];

    private static bool CanMount(string[] way)
    {
        try
        {
            string[] mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", Path.GetTempPath()];
            using Process process = Process.Start(new ProcessStartInfo(way[0], [.. way[1..], .. mount])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
