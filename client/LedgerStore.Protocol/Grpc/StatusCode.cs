// The seventeen gRPC status codes and the names they carry in every language.
// Pure values; any thread.

namespace LedgerStore.Protocol.Grpc;

/// <summary>A gRPC status code; the numbers are the ones on the wire.</summary>
public enum StatusCode
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>Names and wire texts of status codes.</summary>
public static class StatusCodes
{
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    private static readonly string[] Numbers =
        [.. Enumerable.Range(0, 17).Select(number => number.ToString())];

    /// <summary>The name every gRPC implementation prints, such as <c>NOT_FOUND</c>.</summary>
    public static string NameOf(StatusCode code) => (uint)code < 17 ? Names[(int)code] : "UNKNOWN";

    /// <summary>The value of the <c>grpc-status</c> trailer.</summary>
    public static string TextOf(StatusCode code) => (uint)code < 17 ? Numbers[(int)code] : "2";

    /// <summary>Reads a <c>grpc-status</c> trailer. A number that is not a status counts as UNKNOWN.</summary>
    public static StatusCode Parse(string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, provider: null, out int number) && number < 17
            ? (StatusCode)number
            : StatusCode.Unknown;
}
