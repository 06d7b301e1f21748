// A resource that is served beside the calls, on the same connections: a tile or a checkpoint, by HTTP GET.
// Stateless; any thread.

using System.Net;
using Grpc.Core;
using LedgerStore.Protocol;

namespace LedgerStore.Client;

internal static class ResourceCall
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    internal static async Task<byte[]> GetAsync(LedgerChannel channel, string path, int bytesMax, CallLimits limits)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            limits.CancellationToken);
        using ITimer deadline = channel.Settings.Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), ending, limits.Timeout ?? s_patience,
            Timeout.InfiniteTimeSpan);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(channel.Address, path))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using HttpResponseMessage response = await channel.NextHandler().SendAsync(request, ending.Token)
                .ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? await ReadAsync(response, path, bytesMax, ending.Token).ConfigureAwait(false)
                : throw RpcException.Of(
                    CodeOf(response.StatusCode),
                    $"{channel.Address} answers {path} with HTTP status {(int)response.StatusCode}");
        }
        catch (Exception error) when (error is not RpcException)
        {
            limits.CancellationToken.ThrowIfCancellationRequested();
            throw ending.IsCancellationRequested
                ? RpcException.Of(StatusCode.DeadlineExceeded, $"{path} took longer than allowed").CausedBy(error)
                : CallErrors.OfTransport(error, channel.Address);
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
                : throw RpcException.Of(StatusCode.DataLoss, $"{path} has more than {bytesMax:N0} bytes");
        }
    }

    private static StatusCode CodeOf(HttpStatusCode status) => status == HttpStatusCode.NotFound
        ? StatusCode.NotFound
        : CallErrors.CodeOf(status);
}
