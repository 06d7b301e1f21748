// The trace that a call belongs to, if its client sent one (W3C Trace Context): log lines of the call carry it, and so
// does its record in _audit. A call without one costs nothing. Any thread.
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Server.Rights;

/// <summary>Takes up the client's trace.</summary>
internal static class TraceContext
{
    // The specification's own limit for what must be passed on.
    private const int StateMax = 512;

    /// <summary>The activity of a call; null when the client named no trace in the standard's form, and where there is
    /// one already.</summary>
    public static Activity? Begin(HttpContext context)
    {
        // Where traces are exported, the web server has taken it up already.
        string? parent = context.Request.Headers.TraceParent;
        if (parent is null || Activity.Current is not null)
        {
            return null;
        }

        string? sent = context.Request.Headers.TraceState;
        string? state = sent is { Length: <= StateMax } ? sent : null;
        if (!ActivityContext.TryParse(parent, state, out ActivityContext from))
        {
            return null;
        }

        Activity activity = new("ledgerstore.call") { TraceStateString = from.TraceState };
        activity.SetIdFormat(ActivityIdFormat.W3C);
        activity.SetParentId(from.TraceId, from.SpanId, from.TraceFlags);
        return activity.Start();
    }

    /// <summary>How a call is named in its record.</summary>
    public static string RequestIdOf(HttpContext context) =>
        Activity.Current is { } activity && activity.ParentSpanId != default
            ? $"{context.TraceIdentifier} trace {activity.TraceId.ToHexString()}"
            : context.TraceIdentifier;
}
