// What a tile request asks for, read from the bytes of its request line. One spelling for one thing: what the router
// would take besides (upper case, %-escapes, dots, a query, a trailing slash) is not a tile. Pure; any thread.
using System.Text;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Server.Tiles;

/// <summary>A checkpoint, a hash tile or an entry bundle of a ledger.</summary>
/// <param name="Tile">Null: the checkpoint.</param>
internal readonly record struct TileRequest(string Ledger, TilePath? Tile)
{
    /// <summary>Reads /ledger/checkpoint or /ledger/tile/...</summary>
    public static bool TryParse(string rawTarget, out TileRequest request)
    {
        request = default;
        if (rawTarget.Length < 2 || rawTarget[0] != '/')
        {
            return false;
        }

        int slash = rawTarget.IndexOf('/', 1);
        if (slash < 0 || !Names.IsLedger(rawTarget.AsSpan(1, slash - 1)))
        {
            return false;
        }

        string ledger = rawTarget[1..slash];
        string rest = rawTarget[(slash + 1)..];
        if (rest == "checkpoint")
        {
            request = new TileRequest(ledger, null);
            return true;
        }

        if (rest.Length > TilePath.BytesMax || !Ascii.IsValid(rest)
            || !TilePath.TryParse(Encoding.ASCII.GetBytes(rest), out TilePath tile))
        {
            return false;
        }

        request = new TileRequest(ledger, tile);
        return true;
    }
}
