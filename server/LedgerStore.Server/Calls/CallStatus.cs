// The status of a call, where it is decided before or after gRPC's own handler: in the headers while nothing was sent
// yet, in the trailers after. Pure but for the response it writes to.
using System.Globalization;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Server.Calls;

/// <summary>Writes and reads the status of a call.</summary>
internal static class CallStatus
{
    private const string ContentType = "application/grpc";

    /// <summary>How gRPC's handler ended the call.</summary>
    public static StatusCode Of(HttpContext context) =>
        context.Features.Get<IServerCallContextFeature>()?.ServerCallContext.Status.StatusCode ?? StatusCode.Unknown;

    /// <summary>True for <c>application/grpc</c>, with <c>+proto</c> or parameters or without.</summary>
    public static bool IsGrpc(HttpContext context)
    {
        ReadOnlySpan<char> type = context.Request.ContentType;
        return type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
            && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');
    }

    /// <summary>Ends the call with a status, in the place of the one it has, if it has one.</summary>
    public static void Write(HttpContext context, RpcException status)
    {
        HttpResponse response = context.Response;
        IHeaderDictionary target = response.Headers;
        if (response.HasStarted)
        {
            target = context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
            if (target.IsReadOnly)
            {
                // The deadline has ended it already.
                return;
            }
        }
        else
        {
            response.ContentType = ContentType;
        }

        target["grpc-status"] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        target["grpc-message"] = Encoded(status.Status.Detail);
        foreach (Metadata.Entry entry in status.Trailers)
        {
            target[entry.Key] = entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;
        }
    }

    // Printable ASCII stays readable on the wire; anything else, and the percent sign itself, goes as %XX.
    private static string Encoded(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && !text.Contains('%', StringComparison.Ordinal)
            ? text
            : Uri.EscapeDataString(text);
}
