// tlog-tiles over HTTPS: what a client that knows only tiles gets, with which headers, and what it does not get.

using System.Net;
using System.Net.Security;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Checkpoint = LedgerStore.Proofs.Checkpoint;

namespace LedgerStore.Tests.Server;

public sealed class TileTests : IAsyncLifetime
{
    private const int Records = 600;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy + "anonymous_tiles: [\"public.*\"]\n", static settings => settings);
        _server.Store.CreateLedger("public.one");
        foreach (string ledger in new[] { "demo", "public.one" })
        {
            AppendRequest request = Calls.Request(
                ledger, [.. Enumerable.Range(0, Records).Select(number => $"record {number}")]);
            request.Ack = Ack.Checkpointed;
            await _server.Connect("writer").UnaryAsync(LedgerStore.Protocol.LedgerMethods.Append, request);
        }
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_tiles_are_enough_to_verify_the_ledger()
    {
        using HttpClient auditor = Http("auditor");
        using HttpClient reader = Http("reader");
        Checkpoint checkpoint = await CheckpointAsync(auditor);
        Assert.Equal((ulong)Records, checkpoint.Size);
        Dictionary<string, byte[]> tiles = [];
        foreach (string path in new[] { "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2" })
        {
            tiles.Add(path, await auditor.GetByteArrayAsync($"demo/{path}"));
        }

        Assert.Equal(256 * 32, tiles["tile/0/001"].Length);
        Assert.Equal(88 * 32, tiles["tile/0/002.p/88"].Length);

        // The leaves of the tiles are the hashes of the entries in the bundles.
        byte[] bundle = await reader.GetByteArrayAsync("demo/tile/entries/002.p/88");
        Assert.Equal(tiles["tile/0/002.p/88"], LeavesOf(bundle));
        Assert.Equal(checkpoint.Root, NaiveRoot([.. Enumerable.Range(0, 3).SelectMany(
            number => Hash256.Many(tiles[number == 2 ? "tile/0/002.p/88" : $"tile/0/00{number}"]).ToArray())]));
    }

    [Fact]
    public async Task Tiles_never_change_and_checkpoints_do()
    {
        using HttpClient auditor = Http("auditor");
        using HttpResponseMessage tile = await auditor.GetAsync("demo/tile/0/000");
        using HttpResponseMessage checkpoint = await auditor.GetAsync("demo/checkpoint");
        Assert.Equal("application/octet-stream", tile.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", tile.Headers.CacheControl!.ToString());
        Assert.Contains("private", tile.Headers.CacheControl!.ToString());
        Assert.Equal("text/plain; charset=utf-8", checkpoint.Content.Headers.ContentType!.ToString());
        Assert.True(checkpoint.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task Bundles_are_compressed_for_who_asks()
    {
        using HttpClient reader = Http("reader");
        byte[] plain = await reader.GetByteArrayAsync("demo/tile/entries/000");
        using HttpRequestMessage request = new(HttpMethod.Get, "demo/tile/entries/000");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using HttpResponseMessage response = await reader.SendAsync(request);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        using System.IO.Compression.GZipStream gzip = new(
            await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using MemoryStream unpacked = new();
        await gzip.CopyToAsync(unpacked);
        Assert.Equal(plain, unpacked.ToArray());
    }

    [Theory]
    [InlineData("demo/tile/0/003")]
    [InlineData("demo/tile/0/002")]
    [InlineData("demo/tile/0/002.p/89")]
    [InlineData("demo/tile/2/000")]
    [InlineData("demo/tile/entries/003")]
    [InlineData("demo/tile/0/0")]
    [InlineData("demo/tile/0/000.p/256")]
    [InlineData("demo/tile/0/000.p/0")]
    [InlineData("demo/tile/00/000")]
    [InlineData("demo/tile/0/000/")]
    [InlineData("demo/TILE/0/000")]
    [InlineData("demo/tile/0/%30%30%30")]
    [InlineData("demo/checkpoint?x=1")]
    [InlineData("demo/Checkpoint")]
    [InlineData("demo//checkpoint")]
    [InlineData("absent/checkpoint")]
    public async Task What_is_not_there_or_is_spelled_otherwise_is_not_found(string path)
    {
        using HttpClient everything = Http("auditor");
        using HttpResponseMessage response = await everything.SendAsync(Raw(path));
        Assert.Equal(
            path.Contains("entries", StringComparison.Ordinal) ? HttpStatusCode.Forbidden : HttpStatusCode.NotFound,
            response.StatusCode);
    }

    [Theory]
    [InlineData("auditor", "demo/tile/entries/000", HttpStatusCode.Forbidden)]
    [InlineData("reader", "demo/tile/0/000", HttpStatusCode.Forbidden)]
    [InlineData("reader", "demo/checkpoint", HttpStatusCode.Forbidden)]
    [InlineData("writer", "demo/checkpoint", HttpStatusCode.Forbidden)]
    [InlineData(null, "demo/checkpoint", HttpStatusCode.Unauthorized)]
    [InlineData(null, "absent/checkpoint", HttpStatusCode.Unauthorized)]
    [InlineData(null, "public.one/tile/entries/000", HttpStatusCode.Unauthorized)]
    [InlineData(null, "public.one/checkpoint", HttpStatusCode.OK)]
    [InlineData(null, "public.one/tile/0/000", HttpStatusCode.OK)]
    [InlineData("writer", "public.one/tile/0/000", HttpStatusCode.OK)]
    public async Task The_capability_decides_and_anonymous_tiles_are_hashes_only(
        string? identity, string path, HttpStatusCode expected)
    {
        using HttpClient client = Http(identity);
        using HttpResponseMessage response = await client.GetAsync(path);
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.OK)
        {
            Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }
    }

    // As it stands: without the client's own cleaning of paths.
    private HttpRequestMessage Raw(string path) => new(
        HttpMethod.Get,
        new Uri(
            _server.Address + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));

    private static async Task<Checkpoint> CheckpointAsync(HttpClient client)
    {
        byte[] note = await client.GetByteArrayAsync("demo/checkpoint");
        int end = note.AsSpan().IndexOf("\n\n"u8);
        return Checkpoint.Parse(note.AsSpan(0, end + 1));
    }

    private static byte[] LeavesOf(ReadOnlySpan<byte> bundle)
    {
        List<byte> leaves = [];
        while (bundle.Length > 0)
        {
            int length = (bundle[0] << 8) | bundle[1];
            leaves.AddRange(MerkleHash.Leaf(bundle.Slice(2, length)).ToArray());
            bundle = bundle[(2 + length)..];
        }

        return [.. leaves];
    }

    private static Hash256 NaiveRoot(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        int half = 1;
        while (half * 2 < leaves.Length)
        {
            half *= 2;
        }

        return MerkleHash.Node(NaiveRoot(leaves[..half]), NaiveRoot(leaves[half..]));
    }

    private HttpClient Http(string? identity)
    {
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = identity is { } name ? [ServerPki.Client(name)] : null,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
        };
        return new HttpClient(handler) { BaseAddress = _server.Address };
    }
}
