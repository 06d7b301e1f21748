// A fact that mounts a file system in a mount namespace of its own. Where that is not permitted it is shown as skipped,
// with the reason.
using System.Diagnostics;
using Xunit;

namespace LedgerStore.Tests.Engine.ReadOnly;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    // As root, or in a user namespace of its own, where the kernel lets everybody have one.
    private static readonly string[][] Ways = [["unshare", "-m"], ["unshare", "-rm"]];
    private static readonly Lazy<string[]?> Way = new(static () => Array.Find(Ways, CanMount));

    public MountFactAttribute()
    {
        if (Way.Value is null)
        {
            Skip = "did not run: mounting is not permitted here (run as root, or allow user namespaces)";
        }
    }

    /// <summary>Starts a shell script in a mount namespace of its own, which lasts as long as it does.</summary>
    public static Process Start(string script)
    {
        string[] way = Way.Value!;
        return Process.Start(new ProcessStartInfo(way[0], [.. way[1..], "sh", "-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>How to enter the namespaces of such a script.</summary>
    public static string[] EnterArguments(int process) => Way.Value!.Contains("-rm")
        ? ["--target", $"{process}", "--user", "--mount", "--preserve-credentials"]
        : ["--target", $"{process}", "--mount"];

    /// <summary>Runs a shell script in its own mount namespace; what it mounts is gone when it ends.</summary>
    public static (int ExitCode, string Output) Run(string script)
    {
        string[] way = Way.Value!;
        using Process process = Process.Start(new ProcessStartInfo(way[0], [.. way[1..], "sh", "-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

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
