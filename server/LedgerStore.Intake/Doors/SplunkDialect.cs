// Splunk's HTTP Event Collector as its senders know it: paths, codes and texts. Without state; any thread.
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Intake.Doors;

internal sealed class SplunkDialect : IDialect
{
    private const string Collector = "/services/collector";
    private const int Success = 0;
    private const int InvalidToken = 4;
    private const int InvalidFormat = 6;
    private const int ServerBusy = 9;
    private const int AckDisabled = 14;
    private const int Healthy = 17;
    private const int QueuesFull = 18;

    public bool Takes(string rest) => rest is Collector
        or Collector + "/event" or Collector + "/event/1.0"
        or Collector + "/raw" or Collector + "/raw/1.0"
        or Collector + "/health" or Collector + "/health/1.0" or Collector + "/ack";

    public async ValueTask<bool> TryAnswerAsync(HttpContext context, string rest, string? whyNot)
    {
        if (rest.StartsWith(Collector + "/health", StringComparison.Ordinal))
        {
            await (whyNot is null
                ? AnswerAsync(context, StatusCodes.Status200OK, "HEC is healthy", Healthy)
                : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "HEC is unhealthy, queues are full",
                    QueuesFull)).ConfigureAwait(false);
            return true;
        }

        if (rest == Collector + "/ack")
        {
            // Success is said when events are durable: there is nothing to ask later.
            await AnswerAsync(context, StatusCodes.Status400BadRequest, "ACK is disabled", AckDisabled)
                .ConfigureAwait(false);
            return true;
        }

        return await Replies.TryRefuseMethodAsync(context, HttpMethods.Post).ConfigureAwait(false);
    }

    public List<ParsedEvent> Parse(HttpRequest request, string rest, ReadOnlyMemory<byte> body) =>
        rest.StartsWith(Collector + "/raw", StringComparison.Ordinal)
            ? SplunkEvents.ParseRaw(body)
            : SplunkEvents.Parse(body);

    public Task AnswerAsync(HttpContext context, Reply reply)
    {
        Replies.Begin(context.Response, reply);
        return reply.Kind switch
        {
            ReplyKind.Stored => AnswerAsync(context, reply.Status, "Success", Success),
            ReplyKind.Later => AnswerAsync(context, reply.Status, $"Server is busy: {reply.Reason}", ServerBusy),
            ReplyKind.Unauthenticated => AnswerAsync(
                context, StatusCodes.Status403Forbidden, "Invalid token", InvalidToken),
            _ => AnswerAsync(context, reply.Status, reply.Reason, InvalidFormat),
        };
    }

    private static Task AnswerAsync(HttpContext context, int status, string text, int code)
    {
        context.Response.StatusCode = status;
        return Replies.WriteAsync(context, json =>
        {
            json.WriteString("text", text);
            json.WriteNumber("code", code);
        });
    }
}
