// What callers are told when their access cannot be recorded. Pure; any thread.
using System.Globalization;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Wording;

namespace LedgerStore.Server.Audit;

/// <summary>The statuses of calls that are refused because <c>_audit</c> does not take their record.</summary>
internal static class NotRecorded
{
    /// <summary>What cannot be recorded is not served. On a full disk that has a reason of its own: freeing space
    /// helps, and asking whether the server is there does not.</summary>
    public static RpcException Because(Exception cause) => cause is StoreException
    {
        Reason: StoreReason.DiskFull,
    } full
        ? RpcException.Because(
            StatusCode.ResourceExhausted, "AUDIT_DISK_FULL",
            $"the call cannot be recorded, so it is not served: {full.Message}",
            (StoreErrors.BytesToFree, full.BytesToFree.ToString(CultureInfo.InvariantCulture)))
            .WithRetryAfter(TimeSpan.FromSeconds(1))
        : RpcException.Because(
            StatusCode.Unavailable, "AUDIT_UNAVAILABLE", "the call cannot be recorded, so it is not served")
            .CausedBy(cause);

    public static RpcException ReadOnly() => RpcException.Because(
        StatusCode.FailedPrecondition, "SERVER_READ_ONLY",
        "the server was started for reading only and cannot record this call, so it is not served; checkpoints, proofs "
        + "and hashes are");
}
