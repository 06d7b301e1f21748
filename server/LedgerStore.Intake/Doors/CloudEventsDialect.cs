// CloudEvents over HTTP, and the handshake of its webhooks: OPTIONS with the sender's origin, which may send as fast as
// it likes if the origin's token or certificate is right. Without state; any thread.
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Intake.Doors;

internal sealed class CloudEventsDialect : IDialect
{
    private const string Format = "application/cloudevents";

    public bool Takes(string rest) => rest is "" or "/";

    public async ValueTask<bool> TryAnswerAsync(HttpContext context, string rest, string? whyNot)
    {
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return await Replies.TryRefuseMethodAsync(context, HttpMethods.Post).ConfigureAwait(false);
        }

        // Any origin may ask: the answer gives no right, which the token or the certificate of each request does.
        if (context.Request.Headers["WebHook-Request-Origin"] is { Count: 1 } origin)
        {
            context.Response.Headers["WebHook-Allowed-Origin"] = origin;
            context.Response.Headers["WebHook-Allowed-Rate"] = "*";
        }

        context.Response.Headers.Allow = "POST";
        context.Response.StatusCode = StatusCodes.Status200OK;
        return true;
    }

    public List<ParsedEvent> Parse(HttpRequest request, string rest, ReadOnlyMemory<byte> body)
    {
        KeyValuePair<string, string>[] headers =
        [
            .. request.Headers.Select(static header =>
                KeyValuePair.Create(header.Key, HeaderText.Of(header.Value.ToString()))),
        ];
        bool isStructured = request.ContentType?.StartsWith(Format, StringComparison.OrdinalIgnoreCase) == true;
        return !isStructured && CloudEventHeaders.Are(headers)
            ? [CloudEventHeaders.Parse(headers, request.ContentType, body)]
            : CloudEvents.Parse(body);
    }

    public Task AnswerAsync(HttpContext context, Reply reply)
    {
        if (reply.Kind == ReplyKind.Stored)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        return Replies.WriteAsync(context, reply);
    }
}
