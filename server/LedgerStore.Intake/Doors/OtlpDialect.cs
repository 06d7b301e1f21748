// OpenTelemetry logs: by HTTP with protobuf or JSON, and by gRPC, whose one call is answered here over HTTP/2 so that
// the rights, the bound of memory and the parser are the same. Without state; any thread.
using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using LedgerStore.Intake.Otlp;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;
using HttpRequest = Microsoft.AspNetCore.Http.HttpRequest;
using HttpResponse = Microsoft.AspNetCore.Http.HttpResponse;
using Status = Google.Rpc.Status;

namespace LedgerStore.Intake.Doors;

internal sealed class OtlpDialect : IDialect
{
    private const string HttpPath = "/v1/logs";
    private const string GrpcPath = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    private const string ProtobufType = "application/x-protobuf";
    private const string JsonType = "application/json";

    public bool Takes(string rest) => rest is HttpPath or GrpcPath;

    public ValueTask<bool> TryAnswerAsync(HttpContext context, string rest, string? whyNot) =>
        Replies.TryRefuseMethodAsync(context, HttpMethods.Post);

    public List<ParsedEvent> Parse(HttpRequest request, string rest, ReadOnlyMemory<byte> body) =>
        rest == HttpPath && IsOf(request, JsonType) ? OtlpJson.Parse(body) : OtlpProtobuf.Parse(body);

    public Task AnswerAsync(HttpContext context, Reply reply) =>
        IsOf(context.Request, GrpcFrame.ContentType)
            ? AnswerGrpcAsync(context, reply)
            : AnswerHttpAsync(context, reply);

    private static async Task AnswerHttpAsync(HttpContext context, Reply reply)
    {
        Replies.Begin(context.Response, reply);
        bool isJson = IsOf(context.Request, JsonType);
        IMessage message = reply.Kind == ReplyKind.Stored ? ResponseOf(reply) : StatusOf(reply);
        byte[] body = isJson
            ? System.Text.Encoding.UTF8.GetBytes(
                message is Status status ? JsonOf(status) : JsonFormatter.Default.Format(message))
            : message.ToByteArray();
        context.Response.ContentType = isJson ? JsonType : ProtobufType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body).ConfigureAwait(false);
    }

    private static async Task AnswerGrpcAsync(HttpContext context, Reply reply)
    {
        HttpResponse response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcFrame.ContentType;
        if (reply.Kind != ReplyKind.Stored)
        {
            // Only trailers, which gRPC takes from the headers then.
            Status status = StatusOf(reply);
            response.Headers["grpc-status"] = $"{status.Code}";
            response.Headers["grpc-message"] = Uri.EscapeDataString(status.Message);
            response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray());
            return;
        }

        response.DeclareTrailer("grpc-status");
        byte[] message = ResponseOf(reply).ToByteArray();
        byte[] frame = new byte[GrpcFrame.PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, GrpcFrame.PrefixBytes);
        await response.Body.WriteAsync(frame).ConfigureAwait(false);
        response.AppendTrailer("grpc-status", "0");
    }

    // Nothing is rejected: what could not be read is stored as it came, and the sender may want to know.
    private static ExportLogsResponse ResponseOf(Reply reply) => reply.Opaque == 0
        ? new ExportLogsResponse()
        : new ExportLogsResponse
        {
            PartialSuccess = new PartialSuccess
            {
                ErrorMessage = $"{reply.Opaque} could not be read, and are stored as they came",
            },
        };

    private static Status StatusOf(Reply reply)
    {
        Code code = reply.Kind switch
        {
            ReplyKind.Later => Code.Unavailable,
            ReplyKind.Unauthenticated => Code.Unauthenticated,
            _ => Code.InvalidArgument,
        };
        Status status = new() { Code = (int)code, Message = reply.Reason };
        if (reply.Kind == ReplyKind.Later)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(IntakeLimits.RetryAfter) }));
        }

        return status;
    }

    // Without its details: they would need a registry of types, and the header says when to come again.
    private static string JsonOf(Status status) =>
        JsonFormatter.Default.Format(new Status { Code = status.Code, Message = status.Message });

    private static bool IsOf(HttpRequest request, string type) =>
        request.ContentType?.StartsWith(type, StringComparison.OrdinalIgnoreCase) == true;
}
