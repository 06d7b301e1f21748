// strace, which makes system calls of a process fail. Stateless; any thread.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Running;

/// <summary>Faults in system calls.</summary>
internal static class Tracing
{
    private static readonly Lazy<string?> s_trial = new(static () =>
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(
                "strace", ["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0 ? null : "there is no right to trace here";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no strace here (apt-get install strace)";
        }
    });

    /// <summary>Why nothing can be traced here; null when it can.</summary>
    public static string? Refusal => s_trial.Value;

    /// <summary>What stands before the command. The traced process stays the child of who starts it.</summary>
    public static string[] Before(string log, string calls, string fault) =>
    [
        "strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", log, "-e", $"trace={calls}",
        "-e", $"inject={calls}:{fault}",
    ];

    /// <summary>Whether a call was made to fail.</summary>
    public static bool IsMet(string log)
    {
        if (!File.Exists(log))
        {
            return false;
        }

        using FileStream file = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        string text = reader.ReadToEnd();
        return text.Contains("(INJECTED)", StringComparison.Ordinal)
            || text.Contains("(DELAYED)", StringComparison.Ordinal);
    }
}
