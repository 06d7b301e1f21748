// One call on the client: its HTTP request, its deadline, and how it ended. All kinds of calls are built on it.
// Owned by the caller. Request messages may be written by one thread while another reads the responses.

using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

/// <summary>The part that all calls have in common: metadata, status and the end.</summary>
public sealed class ClientCall : CallSide, IDisposable
{
    private const int ReadBytes = 64 * 1024;
    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: ReadBytes, leaveOpen: true);

    private readonly RpcChannel channel;
    private readonly MethodDescriptor method;
    private readonly CallOptions options;
    private readonly CancellationTokenSource ending;
    private Task<HttpResponseMessage>? response;
    private ITimer? deadline;
    private bool isPastDeadline;
    private bool isGzip;
    private bool hasStatus;
    private bool isDisposed;

    internal ClientCall(RpcChannel channel, MethodDescriptor method, in CallOptions options)
    {
        this.channel = channel;
        this.method = method;
        this.options = options;
        ending = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
    }

    /// <summary>Cancelled when the call is over, for whatever reason.</summary>
    public override CancellationToken CancellationToken => ending.Token;

    /// <summary>The response trailers; complete once the last response message has been read.</summary>
    public Metadata Trailers { get; private set; } = Metadata.Empty;

    internal override int ReceiveBytesMax => channel.Options.ReceiveBytesMax;

    internal override int SendBytesMax => channel.Options.SendBytesMax;

    internal override bool IsPeerGzip => isGzip;

    /// <summary>Waits for the response headers and returns the metadata in them.</summary>
    public async Task<Metadata> GetHeadersAsync() => ReadMetadata((await ReceiveAsync().ConfigureAwait(false)).Headers);

    /// <summary>Ends the call at once, if it has not ended: the server sees a cancelled call.</summary>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        ending.Cancel();
        deadline?.Dispose();

        // Buffers of a call that did not end in order are left to the garbage collector: another thread may be in them.
        if (response is not null)
        {
            // Also observes the exception of a call nobody waited for.
            _ = response.ContinueWith(
                static task => _ = task.IsCompletedSuccessfully ? DisposeOf(task.Result) : task.Exception as object,
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        ending.Dispose();
    }

    internal Task<HttpResponseMessage> Start(HttpContent content)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(channel.Address, method.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        RequestHeaders.Write(request.Headers, options, channel.Options.ServerName);
        if (options.Timeout is { } timeout)
        {
            ArmDeadline(timeout);
        }

        response = channel.NextConnection().SendAsync(request, ending.Token);
        return response;
    }

    internal override bool StartWriting() => options.CompressRequest;

    internal override async ValueTask<PipeReader> OpenReaderAsync()
    {
        HttpResponseMessage message = await ReceiveAsync().ConfigureAwait(false);
        isGzip = message.Headers.NonValidated.TryGetValues(HeaderNames.Encoding, out HeaderStringValues encoding)
            && string.Equals(encoding.ToString(), HeaderNames.Gzip, StringComparison.OrdinalIgnoreCase);
        try
        {
            Stream body = await message.Content.ReadAsStreamAsync(ending.Token).ConfigureAwait(false);
            return PipeReader.Create(body, ReaderOptions);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error);
        }
    }

    internal override void ReaderEnded()
    {
        HttpResponseMessage message = response!.Result;
        ThrowUnlessOk(message.TrailingHeaders);
    }

    internal override Exception Translate(Exception error)
    {
        if (options.CancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(
                $"the call {method} was cancelled", error, options.CancellationToken);
        }

        if (isPastDeadline)
        {
            return new RpcException(
                StatusCode.DeadlineExceeded,
                $"{method} took longer than the {options.Timeout!.Value.TotalSeconds:0.###} s allowed", error);
        }

        if (isDisposed)
        {
            return new OperationCanceledException($"the call {method} was ended", error);
        }

        return TransportErrors.From(error, channel.Address);
    }

    internal override Exception TranslateWrite(Exception error)
    {
        if (ending.IsCancellationRequested)
        {
            return Translate(error);
        }

        // Only the reader may read, so the status is not looked for here: another thread may be waiting for it.
        return new RpcException(
            StatusCode.Cancelled,
            $"the server takes no more messages of {method}; reading the responses tells why", error);
    }

    private static object? DisposeOf(HttpResponseMessage message)
    {
        message.RequestMessage?.Dispose();
        message.Dispose();
        return null;
    }

    private static Metadata ReadMetadata(HttpResponseHeaders headers)
    {
        Metadata metadata = new();
        foreach (KeyValuePair<string, HeaderStringValues> header in headers.NonValidated)
        {
            foreach (string value in header.Value)
            {
                metadata.AddFromWire(header.Key, value);
            }
        }

        return metadata;
    }

    private static string? TextOf(HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    private void ArmDeadline(TimeSpan timeout)
    {
        TimeSpan due = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks, 0, GrpcTimeout.Max.Ticks));
        deadline = channel.Options.Time.CreateTimer(
            static state => ((ClientCall)state!).PassDeadline(), this, due, Timeout.InfiniteTimeSpan);
    }

    private void PassDeadline()
    {
        isPastDeadline = true;
        try
        {
            ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in this very moment.
        }
    }

    private async ValueTask<HttpResponseMessage> ReceiveAsync()
    {
        HttpResponseMessage message;
        try
        {
            message = await response!.ConfigureAwait(false);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Translate(error);
        }

        if (TextOf(message.Headers.NonValidated, HeaderNames.Status) is not null)
        {
            // Trailers-only: the status is in the headers, and there is no message.
            ThrowUnlessOk(message.Headers);
        }
        else if (message.StatusCode != HttpStatusCode.OK)
        {
            throw new RpcException(
                TransportErrors.CodeOf(message.StatusCode),
                $"{channel.Address} answered with HTTP status {(int)message.StatusCode} and no gRPC status");
        }
        else if (TextOf(message.Content.Headers.NonValidated, HeaderNames.ContentType) is not { } contentType
            || !HeaderNames.IsGrpcContentType(contentType))
        {
            throw new RpcException(StatusCode.Unknown, $"{channel.Address} answered with something that is not gRPC");
        }

        return message;
    }

    private void ThrowUnlessOk(HttpResponseHeaders headers)
    {
        HttpHeadersNonValidated raw = headers.NonValidated;
        if (TextOf(raw, HeaderNames.Status) is not { } text)
        {
            // Of a trailers-only response the status was in the headers, and was OK.
            if (hasStatus)
            {
                return;
            }

            throw new RpcException(StatusCode.Internal, $"the server ended {method} without a status");
        }

        hasStatus = true;
        Trailers = ReadMetadata(headers);
        StatusCode code = StatusCodes.Parse(text);
        if (code != StatusCode.Ok)
        {
            string message = PercentEncoding.Decode(TextOf(raw, HeaderNames.Message) ?? string.Empty);
            throw new RpcException(code, message, ErrorDetails.FromTrailers(Trailers), Trailers, cause: null);
        }
    }
}
