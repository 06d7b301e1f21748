// The body of a call that sends a stream of messages: what the gRPC client writes, gathered on its way down.
// Owned by its request.

using System.Net;

namespace LedgerStore.Client;

/// <summary>A body that is written through a <see cref="GatheringStream"/>.</summary>
internal sealed class GatheredContent : HttpContent
{
    private readonly HttpContent _messages;

    internal GatheredContent(HttpContent messages)
    {
        _messages = messages;
        Headers.ContentType = messages.Headers.ContentType;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        GatheringStream gathering = new(stream);
        await _messages.CopyToAsync(gathering, context, cancellationToken).ConfigureAwait(false);
        await gathering.EndAsync().ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        _messages.Dispose();
        base.Dispose(disposing);
    }
}
