// A source that is reached by HTTP: who sends, what came, and the answer once it is durable. One for each source; any
// thread.
using System.Security.Cryptography;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Delivering;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LedgerStore.Intake.Doors;

internal sealed class HttpSource(
    SourceConfig config, SourcePipeline pipeline, IDialect dialect, MemoryBudget budget, TimeProvider time)
{
    // 128 bits of SHA-256 name a body well enough to know it again.
    private const int BodyIdDigits = 32;
    private const string KeyHeader = "Idempotency-Key";

    private readonly SenderCheck _senders = new(config.Auth, time);

    public SourceConfig Config => config;

    /// <summary>What of a path follows this source's own; null: it is not this source's.</summary>
    public string? RestOf(string path) =>
        !path.StartsWith(config.Path, StringComparison.Ordinal) ? null
        : path[config.Path.Length..] is var rest && (rest.Length == 0 || rest[0] == '/') && dialect.Takes(rest) ? rest
        : null;

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context, string rest)
    {
        if (await dialect.TryAnswerAsync(context, rest, pipeline.WhyNot()).ConfigureAwait(false))
        {
            return;
        }

        Reply reply = await ReceiveAsync(context, rest).ConfigureAwait(false);
        if (reply.Kind is ReplyKind.Unauthenticated or ReplyKind.TooLarge)
        {
            pipeline.Counters.AddRefused();
        }

        await dialect.AnswerAsync(context, reply).ConfigureAwait(false);
    }

    private async Task<Reply> ReceiveAsync(HttpContext context, string rest)
    {
        string? sender = _senders.Of(context);
        if (sender is null && !_senders.NeedsBody)
        {
            return new Reply(ReplyKind.Unauthenticated, 0, "no certificate or token of this source");
        }

        using RequestBody body = await RequestBody.ReadAsync(context.Request, budget).ConfigureAwait(false);
        switch (body.Problem)
        {
            case BodyProblem.TooLarge:
                return new Reply(
                    ReplyKind.TooLarge,
                    0,
                    $"a request has at most {IntakeLimits.BodyBytes:N0} bytes; send smaller ones");
            case BodyProblem.NoRoom:
                pipeline.Counters.AddLater();
                return new Reply(ReplyKind.Later, 0, "too many bytes are under way; come again");
            default:
                break;
        }

        sender ??= _senders.Of(context.Request, body.Sent);
        if (sender is null)
        {
            return new Reply(ReplyKind.Unauthenticated, 0, "no certificate, token or signature of this source");
        }

        List<ParsedEvent> events = body.Problem == BodyProblem.Packed
            ? [new ParsedEvent(body.Bytes, Client.IntakeForm.Bytes) { Opaque = body.Detail }]
            : Parse(context.Request, rest, body.Bytes);
        NameEvents(events, context.Request, body);
        Provenance from = new(sender, AddressOf(context), time.GetUtcNow());
        DeliveryAnswer answer = await pipeline.DeliverAsync(from, events).ConfigureAwait(false);
        return answer.WhyLater is { } why
            ? new Reply(ReplyKind.Later, events.Count, why)
            : new Reply(ReplyKind.Stored, events.Count, string.Empty)
            {
                Opaque = events.Count(each => each.Opaque is not null),
            };
    }

    // A parser never throws. If one does, its sender must not come again with the same request for ever.
    private List<ParsedEvent> Parse(HttpRequest request, string rest, ReadOnlyMemory<byte> body)
    {
        try
        {
            return dialect.Parse(request, rest, body);
        }
        catch (Exception error)
        {
            return [ParsedEvent.Unreadable(body, $"the intake failed to read it: {error.Message}")];
        }
    }

    // Events without ids get one where the sender names its request, or where the configuration says that the same
    // bytes are the same request. Otherwise two events that look the same are two events.
    private void NameEvents(List<ParsedEvent> events, HttpRequest request, RequestBody body)
    {
        StringValues key = request.Headers[KeyHeader];
        string? name = key.Count == 1 && HeaderText.Of(key.ToString()) is { Length: > 0 } given ? given
            : config.IsKnownByBody ? Convert.ToHexStringLower(SHA256.HashData(body.Sent.Span))[..BodyIdDigits]
            : null;
        if (name is null)
        {
            return;
        }

        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].Id is null)
            {
                events[i] = events[i] with { Id = $"{name}/{i}" };
            }
        }
    }

    private static string AddressOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
            : string.Empty;
}
