// What LedgerStore's errors carry beside the status: google.rpc.Status in the trailers, with a stable reason for
// programs and a hint when to try again. Pure functions; any thread.

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;
using Status = Grpc.Core.Status;

namespace LedgerStore.Protocol;

/// <summary>Makes and reads errors with details.</summary>
public static class RpcErrors
{
    /// <summary>The domain of every reason that LedgerStore sends.</summary>
    public const string Domain = "ledgerstore";

    extension(RpcException error)
    {
        /// <summary>The stable reason for programs, with its values; null if the peer sent none.</summary>
        public ErrorInfo? Info => Find<ErrorInfo>(error);

        /// <summary>How long the peer asks to wait before trying again; null if it did not say.</summary>
        public TimeSpan? RetryAfter => Find<RetryInfo>(error)?.RetryDelay?.ToTimeSpan();

        /// <summary>The same error with a hint when to try again.</summary>
        public RpcException WithRetryAfter(TimeSpan delay)
        {
            RpcStatus status = StatusOf(error)
                ?? new RpcStatus { Code = (int)error.StatusCode, Message = error.Status.Detail };
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
            return Made(status);
        }

        /// <summary>The same error, with what it was caused by on this side.</summary>
        public RpcException CausedBy(Exception cause) =>
            Made(new Status(error.StatusCode, error.Status.Detail, cause), error.Trailers);

        /// <summary>The same error with a message for people: the name of its status, and its sentence.</summary>
        public RpcException WithName() => Made(error.Status, error.Trailers);

        /// <summary>An error without a reason.</summary>
        public static RpcException Of(StatusCode code, string message) => Made(new Status(code, message), []);

        /// <summary>An error with a stable reason and its values, under the domain "ledgerstore".</summary>
        public static RpcException Because(
            StatusCode code, string reason, string message, params ReadOnlySpan<(string Key, string Value)> values)
        {
            ErrorInfo info = new() { Reason = reason, Domain = Domain };
            foreach ((string key, string value) in values)
            {
                info.Metadata[key] = value;
            }

            RpcStatus status = new() { Code = (int)code, Message = message };
            status.Details.Add(Any.Pack(info));
            return Made(status);
        }
    }

    private static RpcException Made(RpcStatus status)
    {
        Metadata trailers = [];
        trailers.SetRpcStatus(status);
        return Made(new Status((StatusCode)status.Code, status.Message), trailers);
    }

    private static RpcException Made(Status status, Metadata trailers) =>
        new(status, trailers, $"{StatusNames.Of(status.StatusCode)}: {status.Detail}");

    // Details only explain: bad ones must not hide the error.
    private static RpcStatus? StatusOf(RpcException error) => error.Trailers.GetRpcStatus(ignoreParseError: true);

    private static T? Find<T>(RpcException error)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return StatusOf(error)?.GetDetail<T>();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
