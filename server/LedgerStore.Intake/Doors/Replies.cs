// Writes answers of JSON. Pure but for the response that is written.
using System.Text.Json;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Intake.Doors;

internal static class Replies
{
    /// <summary>Sets the status, and what belongs to it.</summary>
    public static void Begin(HttpResponse response, in Reply reply)
    {
        response.StatusCode = reply.Status;
        if (reply.Kind == ReplyKind.Later)
        {
            response.Headers.RetryAfter = $"{IntakeLimits.RetryAfter.TotalSeconds:0}";
        }
        else if (reply.Kind == ReplyKind.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }
    }

    /// <summary>The status, and an object that says why, or how many events are stored.</summary>
    public static Task WriteAsync(HttpContext context, Reply reply)
    {
        Begin(context.Response, reply);
        return WriteAsync(context, json =>
        {
            if (reply.Kind == ReplyKind.Stored)
            {
                json.WriteNumber("stored", reply.Events);
            }
            else
            {
                json.WriteString("error", reply.Reason);
            }
        });
    }

    /// <summary>Answers a request that does not have the method of events; false: it has.</summary>
    public static async ValueTask<bool> TryRefuseMethodAsync(HttpContext context, string method)
    {
        if (HttpMethods.Equals(context.Request.Method, method))
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = method;
        await WriteAsync(context, json => json.WriteString("error", $"events come by {method}")).ConfigureAwait(false);
        return true;
    }

    /// <summary>An object.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> fields)
    {
        context.Response.ContentType = "application/json";
        Utf8JsonWriter json = new(context.Response.BodyWriter);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
    }
}
