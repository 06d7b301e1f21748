// The parts of a segment or tiles file as records of fixed places: header, some blocks' headers, tiles and chunks, some
// directory rows, level-1 tile, footer. Changed bytes go back to their places, and all checksums above them are made
// right. Immutable; any thread.

using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class SegmentRecords : IRecordFormat
{
    private const int HeaderBytes = 64;
    private const int FooterBytes = 128;
    private const int DirectoryBytes = 10_240;
    private const int RowBytes = 40;
    private const int TileBytes = 8_192;
    private static readonly int[] s_bundles = [0, 7, 255];

    public List<RawRecord> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return [.. Places(bytes).Select(one => new RawRecord(one.Type, bytes[one.Offset..(one.Offset + one.Length)]))];
    }

    public bool Write(string path, List<RawRecord> records)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<(int Type, int Offset, int Length)> places = Places(bytes);
        bool fits = places.Count == records.Count && !places.Where(
            (one, i) => one.Type != records[i].Type || one.Length != records[i].Body.Length).Any();
        if (!fits)
        {
            return false;
        }

        for (int i = 0; i < places.Count; i++)
        {
            records[i].Body.CopyTo(bytes, places[i].Offset);
        }

        MakeChecksumsRight(bytes, places);
        TamperedStore.Replace(path, bytes);
        return true;
    }

    private static List<(int Type, int Offset, int Length)> Places(byte[] file)
    {
        List<(int Type, int Offset, int Length)> places = [(1, 0, HeaderBytes - 4)];
        bool isComplete = file.Length > FooterBytes
            && file.AsSpan(file.Length - FooterBytes)[..8].SequenceEqual("LSSEGEND"u8);
        int end = isComplete ? file.Length - FooterBytes - DirectoryBytes - TileBytes : file.Length;
        int number = 0;
        for (int at = HeaderBytes; at + HeaderBytes <= end && file.AsSpan(at, 4).SequenceEqual("LSBK"u8); number++)
        {
            ReadOnlySpan<byte> block = file.AsSpan(at);
            int flags = BinaryPrimitives.ReadUInt16LittleEndian(block[6..]);
            int entries = BinaryPrimitives.ReadUInt16LittleEndian(block[22..]);
            int stored = (flags & 6) != 0 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(block[28..]);
            int chunks = at + HeaderBytes + (16 * BinaryPrimitives.ReadInt32LittleEndian(block[48..]));
            int tile = chunks + stored;
            if (Array.IndexOf(s_bundles, number) >= 0)
            {
                places.Add((2, at, HeaderBytes - 4));
                places.Add((6, tile, 32 * entries));
                if (stored > 0)
                {
                    places.Add((7, chunks, stored));
                }
            }

            at = (tile + (32 * entries) + 7) & -8;
        }

        if (isComplete)
        {
            int directory = file.Length - FooterBytes - DirectoryBytes;
            places.Add((5, directory - TileBytes, TileBytes));
            places.AddRange(s_bundles.Select(number => (3, directory + (number * RowBytes), RowBytes)));
            places.Add((4, file.Length - FooterBytes, FooterBytes - 4));
        }

        return places;
    }

    private static void MakeChecksumsRight(byte[] file, List<(int Type, int Offset, int Length)> places)
    {
        Sum(file, 0, HeaderBytes - 4, HeaderBytes - 4);
        for (int i = 0; i < places.Count; i++)
        {
            (int type, int at, int length) = places[i];
            if (type == 2)
            {
                (_, int tile, int tileBytes) = places[i + 1];
                int chunks = places[i + 2].Type == 7 ? places[i + 2].Offset : tile;
                Sum(file, tile, tileBytes, at + 52);
                uint crc = Crc32C.Append(
                    Crc32C.Compute(file.AsSpan(at, length)), file.AsSpan(at + HeaderBytes, chunks - at - HeaderBytes));
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + length), crc);
            }
            else if (type == 7)
            {
                // One chunk, as ordinary records need.
                Sum(file, at, length, at - 4);
            }
            else if (type == 4)
            {
                Sum(file, at - DirectoryBytes - TileBytes, TileBytes, at + 96);
                Sum(file, at - DirectoryBytes, DirectoryBytes, at + 100);
                Sum(file, at, length, at + length);
            }
        }
    }

    private static void Sum(byte[] file, int at, int length, int to) => BinaryPrimitives.WriteUInt32LittleEndian(
        file.AsSpan(to), Crc32C.Compute(file.AsSpan(at, length)));
}
