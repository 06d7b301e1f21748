// The sizes of messages that the server takes. Constants, each with its reason.
using LedgerStore.Engine;

namespace LedgerStore.Server.Services;

/// <summary>Limits of requests.</summary>
internal static class RequestLimits
{
    /// <summary>The largest batch, its lengths (3 bytes each at most), and the texts around it.</summary>
    public const int MessageBytesMax = StoreLimits.BatchBytesMax + (3 * StoreLimits.BatchRecordsMax) + 4096;
}
