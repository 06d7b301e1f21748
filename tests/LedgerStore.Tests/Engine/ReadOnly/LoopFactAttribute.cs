// A fact that mounts an image of a real file system in a mount namespace of its own. Where that is not permitted, or
// there is no mkfs, it is shown as skipped, with the reason.
using LedgerStore.Campaigns.Running;
using Xunit;

namespace LedgerStore.Tests.Engine.ReadOnly;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class LoopFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> s_canMount = new(static () =>
    {
        using System.Diagnostics.Process trial = MountSpace.Start("""
            image=$(mktemp) && at=$(mktemp -d) && truncate -s 20M "$image" && mkfs.ext4 -q "$image" \
            && mount -o loop "$image" "$at"
            done=$?
            umount "$at"
            rmdir "$at"
            rm -f "$image"
            exit $done
            """);
        trial.WaitForExit();
        return trial.ExitCode == 0;
    });

    public LoopFactAttribute()
    {
        if (new MountFactAttribute().Skip is { } reason)
        {
            Skip = reason;
        }
        else if (!s_canMount.Value)
        {
            Skip = "did not run: an image cannot be mounted here (it takes root, loop devices and mkfs.ext4)";
        }
    }
}
