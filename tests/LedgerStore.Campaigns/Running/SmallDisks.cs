// Two small file systems in memory, one for the store and one for the intake, each of which can be filled to its last
// byte and freed again. Where nothing can be mounted they are directories, and cannot be filled. Owned by its campaign.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Running;

/// <summary>Directories that can be full.</summary>
internal sealed class SmallDisks : IDisposable
{
    private const int StoreMebibytes = 1_500;
    private const int StateMebibytes = 400;
    private readonly Process? _holder;

    public SmallDisks(string home)
    {
        Store = Path.Combine(home, "data");
        State = Path.Combine(home, "state");
        Directory.CreateDirectory(Store);
        Directory.CreateDirectory(State);
        if (MountSpace.Refusal is null)
        {
            _holder = MountSpace.Start(
                $"mount -t tmpfs -o mode=700,size={StoreMebibytes}m none {Store} && "
                + $"mount -t tmpfs -o mode=700,size={StateMebibytes}m none {State} && echo mounted && "
                + "exec sleep infinity");
            if (_holder.StandardOutput.ReadLine() != "mounted")
            {
                throw new IOException($"no small disks: {_holder.StandardError.ReadToEnd()}");
            }
        }
    }

    /// <summary>Where the store's data are.</summary>
    public string Store { get; }

    /// <summary>Where the intake's spools are.</summary>
    public string State { get; }

    public bool CanBeFull => _holder is not null;

    /// <summary>What starts a command where they are seen.</summary>
    public string[] Enter => _holder is null ? [] : MountSpace.Enter(_holder.Id);

    /// <summary>Takes all that is free.</summary>
    public void Fill(string disk) => Run($"cat /dev/zero > {disk}/filler 2>/dev/null; test -s {disk}/filler");

    /// <summary>Gives it back.</summary>
    public void Free(string disk) => Run($"rm {disk}/filler");

    public void Dispose()
    {
        if (_holder is not null)
        {
            _holder.Kill();
            _holder.WaitForExit();
            _holder.Dispose();
        }
    }

    private void Run(string script)
    {
        string[] all = [.. Enter, "sh", "-c", script];
        using Process run = Process.Start(all[0], all[1..]);
        run.WaitForExit();
        if (run.ExitCode != 0)
        {
            throw new IOException($"a small disk did not obey: {script}");
        }
    }
}
