// What the disk of a simulated life does to its store: a power cut or a kill at some call, one error, times without
// space. Owned by one simulation, on one thread.
using LedgerStore.Engine.Files;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>The process was killed: the page cache stays, nothing is synced by it.</summary>
internal sealed class ProcessKilledException() : Exception("the process was killed");

/// <summary>A fault plan that a life can change while it runs.</summary>
internal sealed class DiskWeather(SimulatedFileSystem disk, SplitMix random)
{
    private bool _isFull;

    /// <summary>The power fails, or the process is killed, at the first call from this one on.</summary>
    public long EndAt { get; set; } = long.MaxValue;

    public bool EndIsKill { get; set; }

    public bool IsKilled { get; private set; }

    /// <summary>The first call from this one on that changes anything fails.</summary>
    public long ErrorAt { get; set; } = long.MaxValue;

    public int Errno { get; set; } = FileErrno.InputOutput;

    /// <summary>Nothing new finds space.</summary>
    public bool IsFull
    {
        get => _isFull;
        set
        {
            if (_isFull != value)
            {
                disk.IsFull = value;
                _isFull = value;
            }
        }
    }

    /// <summary>Reads fail.</summary>
    public bool FailsReads { get; set; }

    /// <summary>The call that failed; from there on nothing may be acknowledged.</summary>
    public SimulatedCall? Failed { get; private set; }

    public SimulatedFault Decide(SimulatedCall call)
    {
        if (call.Number >= EndAt)
        {
            if (EndIsKill)
            {
                IsKilled = true;
                throw new ProcessKilledException();
            }

            return random.OneIn(2) ? SimulatedFault.CrashBefore : SimulatedFault.CrashAfter;
        }

        if (FailsReads && call.Operation is StorageOperation.Read or StorageOperation.Populate)
        {
            return SimulatedFault.Error(FileErrno.InputOutput);
        }

        if (IsBeside(call))
        {
            // The anchor is on another disk; what its failures do has tests of its own.
            return SimulatedFault.None;
        }

        if (call.Number >= ErrorAt && CanFail(call))
        {
            ErrorAt = long.MaxValue;
            bool isOrdinary = Errno == FileErrno.NoSpace && !IsSync(call.Operation);
            Failed = isOrdinary ? null : call;
            return Fail(call, Errno);
        }

        return IsFull && NeedsSpace(call.Operation) && random.OneIn(2)
            ? Fail(call, FileErrno.NoSpace)
            : SimulatedFault.None;
    }

    private static bool IsBeside(SimulatedCall call) =>
        call.Path.StartsWith(Path.GetDirectoryName(SignedLife.Anchor)!, StringComparison.Ordinal);

    private bool CanFail(SimulatedCall call) => Errno == FileErrno.NoSpace
        ? IsSync(call.Operation) || NeedsSpace(call.Operation)
        : call.Mutates && call.Operation != StorageOperation.Lock;

    private SimulatedFault Fail(SimulatedCall call, int errno) => SimulatedFault.ShortWrite(
        errno, call.Operation == StorageOperation.Write ? random.Below((int)call.Length) : 0);

    private static bool IsSync(StorageOperation operation) => operation
        is StorageOperation.Sync or StorageOperation.SyncDirectory or StorageOperation.SyncFileSystem;

    // Writes find no page by themselves; a new name may find no room in its directory.
    private static bool NeedsSpace(StorageOperation operation) => operation
        is StorageOperation.Create or StorageOperation.CreateDirectory or StorageOperation.Rename;
}
