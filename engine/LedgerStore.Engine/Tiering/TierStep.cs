// One step of a visit, for the throttle. Immutable.

using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Tiering;

/// <summary>What a step did: work of so many bytes, or nothing, because it waits for somebody.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TierStep(bool Waits, long Bytes)
{
    public static TierStep Wait => new(true, 0);

    public static TierStep Work(long bytes = 0) => new(false, bytes);
}
