// A theory that needs strace and the right to trace. Without them it is shown as skipped, with the command that helps.
using System.Diagnostics;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class StraceTheoryAttribute : TheoryAttribute
{
    public StraceTheoryAttribute()
    {
        if (!CanTrace())
        {
            Skip = "did not run: no strace, or no right to trace (apt-get install strace)";
        }
    }

    private static bool CanTrace()
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo("strace", ["-o", "/dev/null", "true"])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
