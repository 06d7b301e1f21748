// A fact that mounts a file system in a mount namespace of its own. Where that is not permitted it is shown as skipped,
// with the reason.
using System.Diagnostics;
using LedgerStore.Campaigns.Running;
using Xunit;

namespace LedgerStore.Tests.Engine.ReadOnly;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute()
    {
        if (MountSpace.Refusal is { } reason)
        {
            Skip = "did not run: " + reason;
        }
    }

    /// <summary>Runs a shell script in its own mount namespace; what it mounts is gone when it ends.</summary>
    public static (int ExitCode, string Output) Run(string script)
    {
        using Process process = MountSpace.Start("exec 2>&1\n" + script);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
