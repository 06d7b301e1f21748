// What the simulated file system is asked, what a fault plan answers, and the crash that nobody may catch.
// Values: any thread.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

/// <summary>One call into the file system. Numbers start at 1.</summary>
internal readonly record struct SimulatedCall(
    long Number, StorageOperation Operation, string Path, long Offset, long Length)
{
    /// <summary>Whether it can change what a power cut leaves behind: only such calls are crash points.</summary>
    public bool Mutates => Operation is not (StorageOperation.Open or StorageOperation.Read or StorageOperation.Map
        or StorageOperation.Populate or StorageOperation.Stat or StorageOperation.List or StorageOperation.FreeBytes);

    public override string ToString() => $"#{Number} {Operation} {Path}"
        + (Operation is StorageOperation.Write or StorageOperation.Read or StorageOperation.Allocate
            or StorageOperation.SetLength or StorageOperation.Populate ? $" [{Offset}+{Length}]" : "");
}

/// <summary>What a call meets.</summary>
internal enum SimulatedFaultKind
{
    None,

    /// <summary>The call fails with an errno; a write may have written some bytes, a sync has lost its pages.</summary>
    Error,

    /// <summary>The call reports success and does nothing: a lying disk, or a planted bug.</summary>
    Skip,

    /// <summary>The power fails before the call.</summary>
    CrashBefore,

    /// <summary>The power fails after the call, before the caller hears of it.</summary>
    CrashAfter,
}

/// <summary>The answer of a fault plan.</summary>
/// <param name="KeptBytes">For a failing write: so many bytes of it are written (short write).</param>
internal readonly record struct SimulatedFault(SimulatedFaultKind Kind, int Errno, int KeptBytes)
{
    public static SimulatedFault None => default;

    public static SimulatedFault Skip => new(SimulatedFaultKind.Skip, 0, 0);

    public static SimulatedFault CrashBefore => new(SimulatedFaultKind.CrashBefore, 0, 0);

    public static SimulatedFault CrashAfter => new(SimulatedFaultKind.CrashAfter, 0, 0);

    public static SimulatedFault Error(int errno) => new(SimulatedFaultKind.Error, errno, 0);

    public static SimulatedFault ShortWrite(int errno, int keptBytes) =>
        new(SimulatedFaultKind.Error, errno, keptBytes);
}

/// <summary>The power failed. Every later call into the dead file system throws it too.</summary>
internal sealed class SimulatedCrash(string where) : Exception($"simulated power cut: {where}");
