// What an exception of the AWS library means to the engine, and whether asking again can help. Pure.

using System.Net;
using Amazon.Runtime;

namespace LedgerStore.Engine.S3;

/// <summary>From exceptions to the engine's kinds of failure.</summary>
internal static class S3Failures
{
    // A clock that is wrong, a credential that was not renewed in time: both pass, though with a 4xx.
    private static readonly string[] s_passingCodes =
    [
        "RequestTimeTooSkewed", "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired",
        "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException",
        "ConditionalRequestConflict", "OperationAborted",
    ];

    private static readonly string[] s_fullCodes =
        ["QuotaExceeded", "InsufficientCapacity", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"];

    /// <summary>Whether the same request may succeed a moment later.</summary>
    public static bool IsPassing(Exception error) => error switch
    {
        ColdStoreException => false,
        AmazonServiceException { ErrorCode: { } code } when s_passingCodes.Contains(code) => true,
        AmazonServiceException { ErrorCode: { } code } when s_fullCodes.Contains(code) => false,

        // No answer at all has status 0; 501 and 507 do not change by asking.
        AmazonServiceException failed => (int)failed.StatusCode is 0 or 408 or 409 or 429 or 500 or >= 502 and not 507,
        AmazonClientException => false,
        HttpRequestException or IOException or OperationCanceledException or TimeoutException => true,
        _ => false,
    };

    /// <summary>The failure in the engine's words.</summary>
    public static ColdStoreException Of(Exception error, string what) =>
        error as ColdStoreException ?? new ColdStoreException(KindOf(error), $"{what}: {Reason(error)}", error);

    private static ColdStoreFailure KindOf(Exception error)
    {
        if (error is not AmazonServiceException failed)
        {
            return ColdStoreFailure.Away;
        }

        if (failed.ErrorCode is { } code)
        {
            if (s_passingCodes.Contains(code))
            {
                return ColdStoreFailure.Away;
            }

            if (s_fullCodes.Contains(code))
            {
                return ColdStoreFailure.Full;
            }
        }

        // "It is not there" must not be said of a bucket that is not there, nor by somebody on the way.
        return failed switch
        {
            { StatusCode: HttpStatusCode.InsufficientStorage } => ColdStoreFailure.Full,
            { ErrorCode: "NoSuchKey" } => ColdStoreFailure.Missing,
            { ErrorCode: "NoSuchBucket" } => ColdStoreFailure.Refused,
            { StatusCode: HttpStatusCode.NotFound } => ColdStoreFailure.Away,
            { StatusCode: HttpStatusCode.NotImplemented } => ColdStoreFailure.Refused,
            _ => (int)failed.StatusCode is >= 300 and < 500 ? ColdStoreFailure.Refused : ColdStoreFailure.Away,
        };
    }

    // The chain of credentials says in many lines where it has looked; a message is one line.
    private static string Reason(Exception error) =>
        string.Join(' ', Text(error).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private static string Text(Exception error) => error switch
    {
        OperationCanceledException => "no progress",
        AmazonServiceException { ErrorCode: { Length: > 0 } code } failed =>
            $"{(int)failed.StatusCode} {code} {failed.Message}".TrimEnd(),
        _ => error.InnerException is { } cause ? $"{error.Message} {cause.Message}" : error.Message,
    };
}
