// Lies about tiles, which are served beside the calls of the protocol, by HTTP GET: bytes left out, added and changed,
// hashes of others; silence, errors and broken connections.
// Pure functions; any thread.

using Grpc.Core;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Lies;

internal static class TileLies
{
    /// <summary>What a tile is called where the methods of the protocol have their names.</summary>
    internal const string Method = "tile";

    internal static IEnumerable<Lie> All() =>
    [
        False("no bytes", static _ => []),
        False("garbage", static _ => [0xff, 0xff, 0xff]),
        False("5 MiB", static _ => new byte[5 << 20]),
        False("one hash short", static tile => tile[..^Hash256.Length]),
        False("one hash more", static tile => [.. tile, .. tile[^Hash256.Length..]]),
        False("one byte short", static tile => tile[..^1]),
        False("a bit at the front", static tile => Flip(tile, 0)),
        False("a bit in the middle", static tile => Flip(tile, tile.Length / 2)),
        False("a bit at the end", static tile => Flip(tile, tile.Length - 1)),
        False("its hashes in reverse", static tile => [.. tile.Chunk(Hash256.Length).Reverse().SelectMany(one => one)]),
        False("zeros", static tile => new byte[tile.Length]),
        Refusal("silence", static told => told with { Messages = [], Ending = Ending.Silence }),
        Refusal("a broken connection", static told => told with { Messages = [], Ending = Ending.Cut }),
        .. ((StatusCode[])[StatusCode.NotFound, StatusCode.PermissionDenied, StatusCode.Unavailable]).Select(
            code => Refusal(
                $"the error {code}", told => told with { Messages = [], Ending = Ending.Error, Status = code })),
    ];

    private static byte[] Flip(byte[] tile, int at)
    {
        byte[] other = [.. tile];
        other[at] ^= 1;
        return other;
    }

    private static Lie False(string kind, Func<byte[], byte[]> change) => AnswerLies.False(
        Method, kind, told => told with { Messages = [.. told.Messages.Select(change)] });

    private static Lie Refusal(string kind, Func<Told, Told> tell) => AnswerLies.Refusal(Method, kind, tell);
}
