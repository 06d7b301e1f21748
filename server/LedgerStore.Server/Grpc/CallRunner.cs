// A request from its arrival to its trailers: what is checked before a call, and the one place where calls end.
// Stateless; runs on the thread of the request.

using Google.Protobuf;
using LedgerStore.Protocol.Grpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace LedgerStore.Server.Grpc;

internal sealed class CallRunner(MethodDescriptor method, CallHandler handler, GrpcOptions options)
{
    internal async Task RunAsync(HttpContext context)
    {
        if (RefuseWhatIsNotGrpc(context))
        {
            return;
        }

        Prepare(context);
        ServerCall? call = null;
        try
        {
            // Path case, escapes and dots all lead here; only the exact path is the method.
            bool isExact = string.Equals(
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                method.Path,
                StringComparison.Ordinal);
            call = new ServerCall(context, method, options);
            RpcException? failure = await InvokeAsync(call, isExact ? handler : UnknownMethod.Handler)
                .ConfigureAwait(false);
            WriteStatus(context, call, failure);
        }
        catch (RpcException refused)
        {
            // The headers of gRPC itself were wrong: there is no call to speak of.
            WriteStatus(context, call, refused);
        }
        finally
        {
            call?.Dispose();
        }
    }

    /// <summary>The same for paths that nobody serves: what is not gRPC there does not exist.</summary>
    internal Task RunUnknownAsync(HttpContext context)
    {
        if (HeaderNames.IsGrpcContentType(context.Request.ContentType))
        {
            return RunAsync(context);
        }

        context.Response.StatusCode = Microsoft.AspNetCore.Http.StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private async ValueTask<RpcException?> InvokeAsync(ServerCall call, CallHandler next)
    {
        try
        {
            await options.Interceptor(call, next).ConfigureAwait(false);
            if (call.IsPastDeadline && call.EndReason is null)
            {
                return new RpcException(StatusCode.DeadlineExceeded, "the deadline of the call has passed");
            }

            return call.EndReason;
        }
        catch (Exception error)
        {
            return options.Translate(call, error);
        }
    }

    // True: answered in plain HTTP, because the client does not speak gRPC.
    private static bool RefuseWhatIsNotGrpc(HttpContext context)
    {
        int status = 0;
        if (!HeaderNames.IsGrpcContentType(context.Request.ContentType))
        {
            status = Microsoft.AspNetCore.Http.StatusCodes.Status415UnsupportedMediaType;
        }
        else if (!HttpMethods.IsPost(context.Request.Method))
        {
            status = Microsoft.AspNetCore.Http.StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Post;
        }
        else if (!HttpProtocol.IsHttp2(context.Request.Protocol) && !HttpProtocol.IsHttp3(context.Request.Protocol))
        {
            status = Microsoft.AspNetCore.Http.StatusCodes.Status426UpgradeRequired;
        }

        context.Response.StatusCode = status == 0 ? context.Response.StatusCode : status;
        return status != 0;
    }

    private void Prepare(HttpContext context)
    {
        context.Response.ContentType = HeaderNames.GrpcContentType;
        context.Response.Headers[HeaderNames.AcceptEncoding] = HeaderNames.AcceptedEncodings;
        IFeatureCollection features = context.Features;

        // Messages have a limit each; a stream of them has none.
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        // A stream may be silent as long as it likes. A single message may not.
        if (method.IsRequestStream && features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static void WriteStatus(HttpContext context, ServerCall? call, RpcException? failure)
    {
        HttpResponse response = context.Response;
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // No message and no headers so far: everything fits one frame ("trailers-only").
        bool isTrailersOnly = !response.HasStarted && !(call?.HasResponded ?? false);
        if (isTrailersOnly)
        {
            call?.WriteHeaders();
            response.Headers.Remove(HeaderNames.Encoding);
        }

        IHeaderDictionary target = isTrailersOnly
            ? response.Headers
            : context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
        target[HeaderNames.Status] = Protocol.Grpc.StatusCodes.TextOf(failure?.Code ?? StatusCode.Ok);
        if (failure is { Detail.Length: > 0 })
        {
            target[HeaderNames.Message] = PercentEncoding.Encode(failure.Detail);
        }

        if (failure?.Details is { } details)
        {
            target[HeaderNames.StatusDetails] = BinaryHeader.Encode(details.ToByteArray());
        }

        AppendMetadata(target, call?.TakeTrailers());
        AppendMetadata(target, failure?.Trailers);
    }

    private static void AppendMetadata(IHeaderDictionary target, Metadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        foreach (Metadata.Entry entry in metadata)
        {
            if (!string.Equals(entry.Name, HeaderNames.StatusDetails, StringComparison.Ordinal))
            {
                target.Append(entry.Name, entry.WireValue);
            }
        }
    }
}
