// What the end of an append stream means for the batches that were not answered.
// Pure functions; any thread.

using Grpc.Core;
using LedgerStore.Protocol;

namespace LedgerStore.Client;

internal enum FailureKind
{
    /// <summary>The connection or the server went away; what was written may be stored.</summary>
    Lost,

    /// <summary>The first batch without an answer was refused for now; none of what was written is stored.</summary>
    Later,

    /// <summary>
    /// The first batch without an answer was refused for good; nor is what was written after it stored.
    /// </summary>
    Refused,

    /// <summary>The first batch was stored long ago.</summary>
    StoredBefore,
}

internal static class AppendFailure
{
    private const string ExpectedKey = "expected";

    internal static FailureKind KindOf(Exception error)
    {
        if (error is not RpcException rpc)
        {
            return FailureKind.Lost;
        }

        // The reason decides, where the server gives one. A status without a reason may come from the transport, from a
        // proxy, or from a server that was killed.
        return rpc.Info is { Domain: RpcErrors.Domain } info
            ? KindOf(info.Reason, rpc.StatusCode)
            : KindOf(rpc.StatusCode);
    }

    private static FailureKind KindOf(string reason, StatusCode code) => reason switch
    {
        "SEQUENCE_TOO_OLD" => FailureKind.StoredBefore,
        "SEQUENCE_GAP" or "SEQUENCE_CONFLICT" or "LIMIT_REACHED" => FailureKind.Refused,
        "STORAGE_FAILED" or "CLOSED" => FailureKind.Lost,

        // A stream that cannot be recorded ends; what it carried may be stored.
        "AUDIT_UNAVAILABLE" or "AUDIT_DISK_FULL" => FailureKind.Lost,
        _ => KindOf(code),
    };

    private static FailureKind KindOf(StatusCode code) => code switch
    {
        StatusCode.ResourceExhausted => FailureKind.Later,
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.PermissionDenied
            or StatusCode.FailedPrecondition or StatusCode.Unauthenticated or StatusCode.Unimplemented
            or StatusCode.OutOfRange or StatusCode.AlreadyExists => FailureKind.Refused,
        _ => FailureKind.Lost,
    };

    /// <summary>
    /// Whether a refusal says nothing against the records themselves, but about rights, limits or the ledger: what is
    /// safe in a spool stays there until that changes, or a person decides.
    /// </summary>
    internal static bool MayPass(RpcException refusal) =>
        refusal.StatusCode is not (StatusCode.InvalidArgument or StatusCode.OutOfRange);

    /// <summary>The sequence that the server expects of a producer, from a refusal that names it.</summary>
    internal static bool TryGetExpected(RpcException refusal, out ulong expected)
    {
        expected = 0;
        if (refusal.Info is not { } info)
        {
            return false;
        }

        foreach (KeyValuePair<string, string> value in info.Metadata)
        {
            if (value.Key.StartsWith(ExpectedKey, StringComparison.OrdinalIgnoreCase)
                && ulong.TryParse(value.Value, out expected))
            {
                return true;
            }
        }

        return false;
    }
}
