// The one exception of the wire: a handler throws it to answer with a status, the client throws what it received.
// Immutable; any thread.

using Google.Protobuf.WellKnownTypes;
using LedgerStore.Protocol.Rpc;

namespace LedgerStore.Protocol.Grpc;

/// <summary>A call that ended with a status other than OK.</summary>
public sealed class RpcException : Exception
{
    public RpcException(StatusCode code, string message)
        : this(code, message, details: null, trailers: Metadata.Empty, cause: null)
    {
    }

    public RpcException(StatusCode code, string message, Exception cause)
        : this(code, message, details: null, trailers: Metadata.Empty, cause)
    {
    }

    public RpcException(
        StatusCode code, string message, Rpc.Status? details, Metadata trailers, Exception? cause)
        : base($"{StatusCodes.NameOf(code)}: {message}", cause)
    {
        Code = code;
        Detail = message;
        Details = details;
        Trailers = trailers;
    }

    /// <summary>The status code on the wire.</summary>
    public StatusCode Code { get; }

    /// <summary>A message came that is larger than this side takes. Asking again would bring it again.</summary>
    public bool IsMessageTooLarge { get; init; }

    /// <summary>The peer sent what is no message of this call: garbage, or one too many, or none.</summary>
    public bool IsMalformed { get; init; }

    /// <summary>The status message on the wire (<see cref="Exception.Message"/> has the code's name first).</summary>
    public string Detail { get; }

    /// <summary>The <c>google.rpc.Status</c> of the <c>grpc-status-details-bin</c> trailer, if there is one.</summary>
    public Rpc.Status? Details { get; }

    /// <summary>All trailers of the call, on the client.</summary>
    public Metadata Trailers { get; }

    /// <summary>The stable reason for programs, with its values; null if the peer sent none.</summary>
    public ErrorInfo? Info => ErrorDetails.Find(Details, ErrorInfo.Parser, ErrorInfo.Descriptor);

    /// <summary>How long the peer asks to wait before trying again; null if it did not say.</summary>
    public TimeSpan? RetryAfter =>
        ErrorDetails.Find(Details, RetryInfo.Parser, RetryInfo.Descriptor)?.RetryDelay?.ToTimeSpan();

    /// <summary>An error with a stable reason and its values, under the domain "ledgerstore".</summary>
    public static RpcException Because(
        StatusCode code, string reason, string message, params ReadOnlySpan<(string Key, string Value)> values)
    {
        ErrorInfo info = new() { Reason = reason, Domain = ErrorDetails.Domain };
        foreach ((string key, string value) in values)
        {
            info.Metadata[key] = value;
        }

        Rpc.Status details = new() { Code = (int)code, Message = message };
        details.Details.Add(Any.Pack(info));
        return new RpcException(code, message, details, Metadata.Empty, cause: null);
    }

    /// <summary>The same error with a hint when to try again.</summary>
    public RpcException WithRetryAfter(TimeSpan delay)
    {
        Rpc.Status details = Details?.Clone() ?? new Rpc.Status { Code = (int)Code, Message = Detail };
        details.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        return new RpcException(Code, Detail, details, Trailers, InnerException);
    }
}
