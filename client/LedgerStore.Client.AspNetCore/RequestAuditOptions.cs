// What of a request goes into its audit event.
// Filled by one thread, then only read.

using Microsoft.AspNetCore.Http;

namespace LedgerStore.Client.AspNetCore;

/// <summary>What a request waits for.</summary>
public enum RequestAuditMode
{
    /// <summary>Until there is room for the event in the appender, or with a spool until it is safe there.</summary>
    Posted,

    /// <summary>Until the event is durable on the server. If that fails, so does the request.</summary>
    Stored,

    /// <summary>Nothing: without room the event is dropped and counted.</summary>
    Never,
}

/// <summary>Settings of the audit of requests.</summary>
public sealed record RequestAuditOptions
{
    /// <summary>What stands in place of a masked value.</summary>
    public const string Mask = "***";

    /// <summary>The service that the events are of.</summary>
    public string? Service { get; init; }

    /// <summary>What a request waits for.</summary>
    public RequestAuditMode Mode { get; init; } = RequestAuditMode.Posted;

    /// <summary>Which requests are recorded; all by default.</summary>
    public Func<HttpContext, bool> Filter { get; init; } = static _ => true;

    /// <summary>Who acts: the user's name, or the client certificate's subject, or "anonymous".</summary>
    public Func<HttpContext, string> Who { get; init; } = static context =>
        context.User.Identity?.Name ?? context.Connection.ClientCertificate?.Subject ?? "anonymous";

    /// <summary>Request headers to include, by name. None by default: they hold secrets.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Route values to include, by name.</summary>
    public IReadOnlyList<string> RouteValues { get; init; } = [];

    /// <summary>Query parameters to include, by name; <c>*</c> includes all.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>Headers, route values and query parameters whose presence is recorded and whose value is not.</summary>
    public IReadOnlyList<string> Masked { get; init; } =
        ["authorization", "cookie", "password", "token", "access_token", "code"];

    /// <summary>Adds what only the application knows.</summary>
    public Func<HttpContext, AuditEvent, AuditEvent> Enrich { get; init; } = static (_, audit) => audit;

    /// <summary>The clock for the events' times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
