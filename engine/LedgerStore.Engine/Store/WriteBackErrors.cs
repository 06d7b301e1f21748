// What the kernel must tell: that data which it had promised to write could not be written. Pure; any thread.

namespace LedgerStore.Engine;

/// <summary>Whether errors of write-back are noticed on this machine.</summary>
/// <remarks>Of many ledgers' state logs, one syncfs makes all durable. Before Linux 5.8 it returns 0 although a page
/// could not be written, and what was flushed would be taken for durable. All other files are synced one by one.
/// </remarks>
public static class WriteBackErrors
{
    private static readonly Version s_toldSince = new(5, 8);

    /// <summary>Why a kernel does not tell of every one; null when it does.</summary>
    /// <param name="kernel">As <see cref="Environment.OSVersion"/> has it.</param>
    public static string? WhyUnnoticed(Version kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return kernel >= s_toldSince
            ? null
            : $"Linux {kernel.Major}.{kernel.Minor} does not tell syncfs of pages that it could not write (5.8 and "
                + "later do): if the disk fails, a state.log may be damaged without a word until the next start. Use a "
                + "newer kernel";
    }
}
