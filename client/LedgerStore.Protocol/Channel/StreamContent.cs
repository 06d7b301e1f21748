// The body of a call with a stream of request messages: lends the HTTP/2 stream to the call's writer until it is done.
// The HTTP client runs SerializeToStreamAsync; the call completes it.

using System.Net;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

internal sealed class StreamContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal StreamContent() =>
        Headers.TryAddWithoutValidation(HeaderNames.ContentType, HeaderNames.GrpcContentType);

    /// <summary>The stream, as soon as there is a connection.</summary>
    internal Task<Stream> Opened => opened.Task;

    /// <summary>No more request messages: half-closes the call.</summary>
    internal void Finish() => finished.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        opened.TrySetResult(stream);
        await finished.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
