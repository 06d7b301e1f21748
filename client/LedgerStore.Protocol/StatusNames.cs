// The names that every gRPC implementation prints for status codes. They are also in _audit and in metrics.
// Constants; any thread.

using Grpc.Core;

namespace LedgerStore.Protocol;

/// <summary>Names of status codes, such as <c>NOT_FOUND</c>.</summary>
public static class StatusNames
{
    private static readonly string[] s_names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    public static string Of(StatusCode code) => (uint)code < (uint)s_names.Length ? s_names[(int)code] : "UNKNOWN";
}
