// Go's own transparency-log packages verify a ledger from what a store serves: its receipts, and its tiles with its
// entries. They share no code with us.

using System.Text.Json;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Notes;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class GoStoreTests : IDisposable
{
    private readonly SignedDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [GoInteropFact]
    public async Task Go_verifies_receipts_and_tiles_of_a_store()
    {
        // Beyond one segment, so that tiles of level 2 are served.
        const int Size = 65_536 + 700;
        using Store store = _directory.Open();
        Ledger ledger = store.CreateLedger("go");
        for (int left = Size; left > 0; left -= 4096)
        {
            await SignedDirectory.Append(ledger, Math.Min(left, 4096));
        }

        PublishedCheckpoint checkpoint = await ledger.WaitForCheckpointAsync(Size);
        List<byte[]> entries = [];
        await foreach (EntrySlice slice in ledger.ReadAsync(0, Size))
        {
            entries.AddRange(Enumerable.Range(0, slice.Count).Select(i => slice.Entry(i).ToArray()));
        }

        object[] receipts = [.. Receipts(ledger, entries)];
        object[] ledgers = [.. Ledgers(ledger, checkpoint, entries)];
        JsonElement result = GoInterop.Run(
            "store", JsonSerializer.Serialize(new { Receipts = receipts, Ledgers = ledgers }));

        Assert.Equal(receipts.Length + ledgers.Length, result.GetProperty("Checked").GetInt32());
        JsonElement mismatches = result.GetProperty("Mismatches");
        Assert.True(mismatches.ValueKind == JsonValueKind.Null, mismatches.ToString());
    }

    private static IEnumerable<object> Receipts(Ledger ledger, List<byte[]> entries)
    {
        foreach (int index in (int[])[0, 1, 255, 256, 65_535, 65_536, 66_000, entries.Count - 1])
        {
            byte[] receipt = ledger.MakeReceipt(index, entries.Count);
            yield return new { Receipt = receipt, Vkey = ledger.VerifierKey, Entry = entries[index], Ok = true };

            byte[] another = [.. entries[index]];
            another[^1] ^= 1;
            yield return new { Receipt = receipt, Vkey = ledger.VerifierKey, Entry = another, Ok = false };
        }
    }

    private static IEnumerable<object> Ledgers(Ledger ledger, PublishedCheckpoint checkpoint, List<byte[]> entries)
    {
        List<(int L, long N, int W, byte[] Data)> tiles = [];
        for (int level = 0; TilePath.WidthIn((ulong)checkpoint.Size, level, 0) > 0; level++)
        {
            int width = TilePath.FullWidth;
            for (long index = 0; width > 0; index++)
            {
                width = TilePath.WidthIn((ulong)checkpoint.Size, level, (ulong)index);
                if (ledger.TryReadTile(level, index, width) is { } tile)
                {
                    tiles.Add((level, index, width, tile.ToArray()));
                }
            }
        }

        yield return Case(ok: true);

        // One bit of a tile, and of an entry.
        tiles[100].Data[77] ^= 1;
        yield return Case(ok: false);
        tiles[100].Data[77] ^= 1;
        entries[12_345] = [.. entries[12_345], 0];
        yield return Case(ok: false);

        object Case(bool ok) => new
        {
            Checkpoint = checkpoint.Note.ToArray(),
            Vkey = ledger.VerifierKey,
            Tiles = tiles.Select(static tile => new { tile.L, tile.N, tile.W, Data = tile.Data.ToArray() }).ToArray(),
            Entries = entries.ToArray(),
            Ok = ok,
        };
    }
}
