// Makes a thread give way to all others. .NET's thread priorities do nothing on Linux. Stateless.

namespace LedgerStore.Engine.Files;

/// <summary>The lowest ordinary priority.</summary>
internal static class BackgroundPriority
{
    private const int NiceMax = 19;

    /// <summary>Lowers the priority of the calling thread, for good. If the system refuses, nothing changes.</summary>
    public static void Take() => _ = LinuxNative.SetPriority(LinuxNative.PriorityOfProcess, 0, NiceMax);
}
