// A resource that is served beside the calls, on the same connections: a tile or a checkpoint, by HTTP GET.
// Stateless; any thread.

using System.Net;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

internal static class ResourceCall
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static async Task<byte[]> GetAsync(RpcChannel channel, string path, int bytesMax, CallOptions options)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            options.CancellationToken);
        using ITimer deadline = channel.Options.Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), ending, options.Timeout ?? Patience,
            Timeout.InfiniteTimeSpan);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(channel.Address, path))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Host = channel.Options.ServerName;
            using HttpResponseMessage response = await channel.NextConnection().SendAsync(request, ending.Token)
                .ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? await ReadAsync(response, path, bytesMax, ending.Token).ConfigureAwait(false)
                : throw new RpcException(
                    CodeOf(response.StatusCode),
                    $"{channel.Address} answers {path} with HTTP status {(int)response.StatusCode}");
        }
        catch (Exception error) when (error is not RpcException)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            throw ending.IsCancellationRequested
                ? new RpcException(StatusCode.DeadlineExceeded, $"{path} took longer than allowed", error)
                : TransportErrors.From(error, channel.Address);
        }
    }

    // A peer that answers without an end may not fill the memory.
    private static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, string path, int bytesMax, CancellationToken cancellation)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            byte[] bytes = new byte[bytesMax + 1];
            int count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation)
                .ConfigureAwait(false);
            return count <= bytesMax
                ? bytes[..count]
                : throw new RpcException(StatusCode.DataLoss, $"{path} has more than {bytesMax:N0} bytes");
        }
    }

    private static StatusCode CodeOf(HttpStatusCode status) => status == HttpStatusCode.NotFound
        ? StatusCode.NotFound
        : TransportErrors.CodeOf(status);
}
