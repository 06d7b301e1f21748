// The audit webhook of Kubernetes: POST, and any success will do. It tries again whatever the error was, a few times.
// Without state; any thread.
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Intake.Doors;

internal sealed class KubernetesDialect : IDialect
{
    public bool Takes(string rest) => rest is "" or "/";

    public ValueTask<bool> TryAnswerAsync(HttpContext context, string rest, string? whyNot) =>
        Replies.TryRefuseMethodAsync(context, HttpMethods.Post);

    public List<ParsedEvent> Parse(HttpRequest request, string rest, ReadOnlyMemory<byte> body) =>
        KubernetesEvents.Parse(body);

    public Task AnswerAsync(HttpContext context, Reply reply) => Replies.WriteAsync(context, reply);
}
