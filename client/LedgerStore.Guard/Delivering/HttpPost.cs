// Posts JSON to an address: bounded, without following redirects, with a token from a file that is read each time.
// Any thread.

using System.Net.Http.Headers;

namespace LedgerStore.Guard;

/// <summary>One way out over HTTP.</summary>
internal sealed class HttpPost : IDisposable
{
    private const int AnswerBytesMax = 64 * 1024;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = s_timeout,
        MaxResponseContentBufferSize = AnswerBytesMax,
    };

    /// <exception cref="HttpRequestException">It did not arrive, or was not taken.</exception>
    public async Task SendAsync(Uri url, string? tokenFile, byte[] json, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (tokenFile is not null)
        {
            string token = (await File.ReadAllTextAsync(tokenFile, cancellation).ConfigureAwait(false)).Trim();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"it answered {(int)answer.StatusCode}");
        }
    }

    public void Dispose() => _http.Dispose();
}
