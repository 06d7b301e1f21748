// The answers to tile requests, with the headers that caches need: tiles never change, checkpoints do.
// Stateless; any thread.
using System.IO.Compression;
using LedgerStore.Engine;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LedgerStore.Server.Tiles;

/// <summary>Writes checkpoints, tiles and bundles.</summary>
internal static class TileAnswers
{
    private const string Changes = "no-cache";
    private const string ForEver = "private, max-age=31536000, immutable";
    private const string ForEverForAll = "public, max-age=31536000, immutable";
    private const string Bytes = "application/octet-stream";

    public static Task WriteAsync(HttpContext context, Store store, TileRequest request)
    {
        if (!store.TryGetLedger(request.Ledger, out Ledger? ledger))
        {
            return NotFound(context);
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (request.Tile is not { } tile)
        {
            return ledger.Checkpoint is { } checkpoint
                ? SendAsync(context, checkpoint.Note, "text/plain; charset=utf-8", Changes)
                : NotFound(context);
        }

        ReadOnlyMemory<byte>? body = tile.IsEntries
            ? ledger.TryReadEntryBundle((long)tile.Index, tile.Width)
            : ledger.TryReadTile(tile.Level, (long)tile.Index, tile.Width);
        if (body is not { } found)
        {
            return NotFound(context);
        }

        bool isPublic = context.Response.Headers.AccessControlAllowOrigin.Count > 0;
        return tile.IsEntries
            ? SendCompressedAsync(context, found)
            : SendAsync(context, found, Bytes, isPublic ? ForEverForAll : ForEver);
    }

    private static Task SendCompressedAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.Headers.Vary = "Accept-Encoding";
        if (!Accepts(context.Request.Headers.AcceptEncoding, "gzip"))
        {
            return SendAsync(context, body, Bytes, ForEver);
        }

        context.Response.Headers.ContentEncoding = "gzip";
        return SendAsync(context, Compress(body), Bytes, ForEver);
    }

    // Whether a list of encodings names one, without regard to preferences.
    private static bool Accepts(StringValues values, string encoding)
    {
        foreach (string? value in values)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim(' ').Equals(encoding, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static byte[] Compress(ReadOnlyMemory<byte> body)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }

        return compressed.ToArray();
    }

    private static Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body, string type, string caching)
    {
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = caching;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
