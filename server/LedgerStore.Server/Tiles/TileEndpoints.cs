// C2SP tlog-tiles over HTTPS, on the port of gRPC: /<ledger>/checkpoint, /<ledger>/tile/<L>/<N>[.p/<W>] and
// /<ledger>/tile/entries/<N>[.p/<W>]. Never beyond the published checkpoint.
// Registered by one thread at start; requests run on the thread pool.
using LedgerStore.Server.Identity;
using LedgerStore.Server.Rights;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LedgerStore.Server.Tiles;

/// <summary>Registers the tile endpoints.</summary>
internal static class TileEndpoints
{
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapTiles(
        this IEndpointRouteBuilder endpoints, CallServices services, IdentityService identities)
    {
        TileDoor door = new(services, identities);
        Map(endpoints, "/{ledger}/checkpoint", CallRule.TileHashes, door, TileKind.Checkpoint);
        Map(endpoints, "/{ledger}/tile/entries/{**rest}", CallRule.TileEntries, door, TileKind.Entries);
        Map(endpoints, "/{ledger}/tile/{level:int}/{**rest}", CallRule.TileHashes, door, TileKind.Hashes);
    }

    private static void Map(
        IEndpointRouteBuilder endpoints, string pattern, CallRule rule, TileDoor door, TileKind kind) =>
        endpoints.MapMethods(pattern, s_methods, context => ServeAsync(context, door, kind))
            .WithDisplayName($"tiles {kind}")
            .WithMetadata(rule);

    private static Task ServeAsync(HttpContext context, TileDoor door, TileKind kind)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!TileRequest.TryParse(target, out TileRequest request) || KindOf(request) != kind)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return door.ServeAsync(context, request, target);
    }

    private static TileKind KindOf(TileRequest request) => request.Tile switch
    {
        null => TileKind.Checkpoint,
        { IsEntries: true } => TileKind.Entries,
        _ => TileKind.Hashes,
    };
}

/// <summary>What an endpoint serves.</summary>
internal enum TileKind
{
    Checkpoint,
    Hashes,
    Entries,
}
