// One call on the server: what a handler and the interceptor know of it and can say about it.
// Owned by the call's request; handlers may write from one thread while another reads.

using System.IO.Pipelines;
using LedgerStore.Protocol.Grpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Server.Grpc;

/// <summary>The context of a call.</summary>
internal sealed class ServerCall : CallSide, IDisposable
{
    private readonly GrpcOptions options;
    private readonly CallDeadline? deadline;
    private readonly CancellationTokenSource? ending;
    private RpcException? endReason;
    private readonly bool isPeerGzip;
    private readonly bool acceptsGzip;
    private Metadata? requestHeaders;
    private Metadata? responseHeaders;
    private Metadata? responseTrailers;
    private RawMessageReader? requests;
    private RawMessageWriter? responses;

    internal ServerCall(HttpContext context, MethodDescriptor method, GrpcOptions options)
    {
        Context = context;
        Method = method;
        this.options = options;
        isPeerGzip = RequestEncoding.IsGzip(context.Request.Headers);
        acceptsGzip = RequestEncoding.AcceptsGzip(context.Request.Headers);
        CompressResponses = options.CompressResponses;
        Timeout = RequestEncoding.Timeout(context.Request.Headers);
        deadline = Timeout is { } timeout ? new CallDeadline(context, timeout, options) : null;
        CancellationToken = deadline?.Token ?? context.RequestAborted;
        if (method.Kind != MethodKind.Unary)
        {
            ending = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
            CancellationToken = ending.Token;
        }
    }

    /// <summary>The request below: connection, client certificate, features.</summary>
    public HttpContext Context { get; }

    /// <summary>The method called. Its name is for records; decisions use <see cref="GetMetadata{T}"/>.</summary>
    public MethodDescriptor Method { get; }

    /// <summary>Cancelled when the deadline passes, the client cancels or its connection is lost.</summary>
    public override CancellationToken CancellationToken { get; }

    /// <summary>How long the client allowed, counted from the arrival of the call; null: for ever.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>The client's metadata.</summary>
    public Metadata RequestHeaders => requestHeaders ??= RequestEncoding.Metadata(Context.Request.Headers);

    /// <summary>Metadata to send before the first message.</summary>
    public Metadata ResponseHeaders => responseHeaders ??= [];

    /// <summary>Metadata to send at the end, whatever the status is.</summary>
    public Metadata ResponseTrailers => responseTrailers ??= [];

    /// <summary>Whether responses may be compressed, if the client takes that. Set before the first one.</summary>
    public bool CompressResponses { get; set; }

    /// <summary>What the interceptor found out, for the handler.</summary>
    public object? State { get; set; }

    /// <summary>True as soon as a response message was written: from then on an error cannot come without it.</summary>
    public bool HasResponded { get; private set; }

    internal RawMessageReader Requests => requests ??= new RawMessageReader(this);

    internal RawMessageWriter Responses => responses ??= new RawMessageWriter(this, Context.Response.BodyWriter);

    /// <summary>What <see cref="End"/> was called with, if it was.</summary>
    internal RpcException? EndReason => Volatile.Read(ref endReason);

    internal bool IsPastDeadline => deadline?.HasPassed ?? false;

    internal override int ReceiveBytesMax => options.ReceiveBytesMax;

    internal override int SendBytesMax => options.SendBytesMax;

    internal override bool IsPeerGzip => isPeerGzip;

    /// <summary>An object that the endpoint was registered with, or null.</summary>
    public T? GetMetadata<T>()
        where T : class =>
        Context.GetEndpoint()?.Metadata.GetMetadata<T>();

    /// <summary>Sends the response headers now, so that the client of a quiet stream knows that it is served.</summary>
    public Task SendHeadersAsync()
    {
        if (Context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        WriteHeaders();
        return Context.Response.StartAsync(CancellationToken);
    }

    /// <summary>
    /// Ends a stream from outside its handler, with a status: its client lost the right to it, or the server drains.
    /// The handler sees its token cancelled; what it answers no longer counts. Any thread. No effect on unary calls,
    /// which end by themselves.
    /// </summary>
    public void End(RpcException reason)
    {
        if (ending is null || Interlocked.CompareExchange(ref endReason, reason, null) is not null)
        {
            return;
        }

        try
        {
            ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in this very moment.
        }
    }

    /// <summary>Ends the call at once with RST_STREAM; the client sees CANCELLED.</summary>
    public void Abort()
    {
        const int cancel = 8;
        if (Context.Features.Get<IHttpResetFeature>() is { } reset)
        {
            reset.Reset(cancel);
        }
        else
        {
            Context.Abort();
        }
    }

    public void Dispose()
    {
        ending?.Dispose();
        deadline?.Dispose();
    }

    internal override ValueTask<PipeReader> OpenReaderAsync() => new(Context.Request.BodyReader);

    internal override bool StartWriting()
    {
        WriteHeaders();
        HasResponded = true;
        return CompressResponses && acceptsGzip;
    }

    internal override void ReaderEnded()
    {
        // The end of the requests says nothing about the call.
    }

    internal override Exception Translate(Exception error) => options.TranslateTransport(this, error);

    internal override Exception TranslateWrite(Exception error) => options.TranslateTransport(this, error);

    /// <summary>Writes response metadata into the headers, once, if they can still be changed.</summary>
    internal void WriteHeaders()
    {
        HttpResponse response = Context.Response;
        if (response.HasStarted)
        {
            return;
        }

        if (CompressResponses && acceptsGzip)
        {
            response.Headers[HeaderNames.Encoding] = HeaderNames.Gzip;
        }

        if (responseHeaders is null)
        {
            return;
        }

        foreach (Metadata.Entry entry in responseHeaders)
        {
            response.Headers.Append(entry.Name, entry.WireValue);
        }

        responseHeaders = null;
    }

    /// <summary>The metadata for the end of the call, if a handler made any.</summary>
    internal Metadata? TakeTrailers() => responseTrailers;
}
