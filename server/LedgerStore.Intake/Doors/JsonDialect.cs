// Plain JSON by POST: what curl, Fluent Bit, Vector and most programs can send. Without state; any thread.
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Intake.Doors;

internal sealed class JsonDialect : IDialect
{
    public bool Takes(string rest) => rest is "" or "/";

    public ValueTask<bool> TryAnswerAsync(HttpContext context, string rest, string? whyNot) =>
        HttpMethods.IsPut(context.Request.Method)
            ? new ValueTask<bool>(result: false)
            : Replies.TryRefuseMethodAsync(context, HttpMethods.Post);

    public List<ParsedEvent> Parse(HttpRequest request, string rest, ReadOnlyMemory<byte> body)
    {
        string type = request.ContentType ?? string.Empty;
        bool isLines = type.Contains("ndjson", StringComparison.OrdinalIgnoreCase)
            || type.Contains("jsonl", StringComparison.OrdinalIgnoreCase);
        return JsonEvents.Parse(body, isLines);
    }

    public Task AnswerAsync(HttpContext context, Reply reply) => Replies.WriteAsync(context, reply);
}
