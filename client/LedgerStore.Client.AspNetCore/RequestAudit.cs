// The middleware: runs the request, and records how it ended.
// One for the application; any thread.

using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LedgerStore.Client.AspNetCore;

/// <summary>Adds the audit of requests to an application.</summary>
public static class RequestAuditExtensions
{
    /// <summary>
    /// Writes one audit event for each request to the registered <see cref="Appender"/>. Put it behind authentication,
    /// or it does not know who acts.
    /// </summary>
    public static IApplicationBuilder UseLedgerAudit(this IApplicationBuilder app, RequestAuditOptions options)
    {
        RequestAudit audit = new(app.ApplicationServices.GetRequiredService<Appender>(), options);
        return app.Use(audit.InvokeAsync);
    }
}

internal sealed class RequestAudit(Appender appender, RequestAuditOptions options)
{
    private const int FirstErrorStatus = 400;
    private const int RouteMax = 4096;

    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!options.Filter(context))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        DateTimeOffset when = options.Time.GetUtcNow();
        long start = options.Time.GetTimestamp();
        Exception? failure = null;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            AuditEvent audit = Event(context, failure) with
            {
                When = when,
                Duration = options.Time.GetElapsedTime(start),
            };
            await RecordAsync(options.Enrich(context, audit).ToJson()).ConfigureAwait(false);
        }
    }

    private async ValueTask RecordAsync(byte[] record)
    {
        // The client may be gone; that is no reason not to record what it did.
        switch (options.Mode)
        {
            case RequestAuditMode.Stored:
                await appender.AppendAsync(record, CancellationToken.None).ConfigureAwait(false);
                break;
            case RequestAuditMode.Posted:
                await appender.PostAsync(record, CancellationToken.None).ConfigureAwait(false);
                break;
            default:
                if (!appender.TryPost(record))
                {
                    ClientMetrics.EventDropped();
                }

                break;
        }
    }

    private AuditEvent Event(HttpContext context, Exception? failure)
    {
        HttpRequest request = context.Request;
        int status = failure is null ? context.Response.StatusCode : StatusCodes.Status500InternalServerError;
        string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? request.Path.ToString();
        return new AuditEvent
        {
            Who = options.Who(context),
            What = $"{request.Method} {route}",
            When = DateTimeOffset.UnixEpoch,
            Where = context.Connection.RemoteIpAddress?.ToString(),
            Resource = Cut(request.Path.ToString()),
            ResourceType = "path",
            Activity = ActivityOf(request.Method),
            Outcome = status < FirstErrorStatus ? AuditOutcome.Success : AuditOutcome.Failure,
            StatusCode = status.ToString(),
            Reason = failure?.GetType().Name,
            RequestId = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier,
            Service = options.Service,
            Attributes = Attributes(context),
        };
    }

    private Dictionary<string, string> Attributes(HttpContext context)
    {
        Dictionary<string, string> attributes = new(StringComparer.Ordinal);
        foreach (string header in options.Headers)
        {
            if (context.Request.Headers.TryGetValue(header, out Microsoft.Extensions.Primitives.StringValues values))
            {
                Add(attributes, "header.", header, values.ToString());
            }
        }

        foreach (string name in options.RouteValues)
        {
            if (context.Request.RouteValues.TryGetValue(name, out object? value))
            {
                Add(attributes, "route.", name, value?.ToString() ?? string.Empty);
            }
        }

        if (options.Query.Count > 0)
        {
            foreach (KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> query in context.Request.Query)
            {
                if (options.Query.Contains("*") || options.Query.Contains(query.Key, StringComparer.OrdinalIgnoreCase))
                {
                    Add(attributes, "query.", query.Key, query.Value.ToString());
                }
            }
        }

        return attributes;
    }

    private void Add(Dictionary<string, string> attributes, string kind, string name, string value)
    {
        bool isMasked = options.Masked.Contains(name, StringComparer.OrdinalIgnoreCase);
        attributes[kind + name.ToLowerInvariant()] = isMasked ? RequestAuditOptions.Mask : Cut(value);
    }

    // A client must not be able to make an event larger than a record may be.
    private static string Cut(string value) => value.Length <= RouteMax ? value : value[..RouteMax] + "...";

    private static AuditActivity ActivityOf(string method) => method switch
    {
        "GET" or "HEAD" or "OPTIONS" => AuditActivity.Read,
        "POST" => AuditActivity.Create,
        "PUT" or "PATCH" => AuditActivity.Update,
        "DELETE" => AuditActivity.Delete,
        _ => AuditActivity.Other,
    };
}
