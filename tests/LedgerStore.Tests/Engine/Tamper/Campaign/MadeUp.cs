// Records that nobody wrote, with values that could be true: of every type, also of those that no file has at the
// moment. Made from the shapes. Pure; any thread.

using System.Buffers.Binary;
using System.Text;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static class MadeUp
{
    private const long Micros = 1_700_000_000_000_000;

    /// <summary>What a forger would want: all of a ledger, its beginning, a complete segment.</summary>
    private static readonly (string Field, long Value)[][] s_wishes =
    [
        [("first", 0), ("count", 65_536), ("segment", 0), ("tier", 3), ("size", 65_536), ("end", 65_536),
            ("expire", 1)],
        [("first", 0), ("count", 512), ("segment", 1), ("tier", 3), ("size", 0), ("end", 512),
            ("expire", 3_600_000_001)],
        [("first", 65_536), ("count", 65_536), ("segment", 1), ("tier", 2), ("size", 131_072), ("end", long.MaxValue),
            ("expire", 1), ("bytes", 1)],
        [("first", 0), ("count", 256), ("segment", 2), ("tier", 0), ("size", 1_000_000_000), ("end", 256)],
    ];

    /// <summary>Some of a type, for a file that has these records.</summary>
    public static IEnumerable<byte[]> Of(RecordShape shape, List<RawRecord> records)
    {
        // Only records of logs can be added anywhere; parts of segments and frames have their places.
        if (shape.File is RecordShapes.Segments or RecordShapes.Journal or RecordShapes.Store or RecordShapes.Anchor)
        {
            yield break;
        }

        foreach ((string Field, long Value)[] wish in s_wishes)
        {
            using MemoryStream body = new();
            foreach (Field field in shape.Fields)
            {
                long value = Array.Find(wish, one => one.Field == field.Name) is { Field: not null } found
                    ? found.Value
                    : Default(field.Name);
                body.Write(Bytes(field, value));
            }

            yield return body.ToArray();
        }
    }

    private static long Default(string field) => field switch
    {
        "time" or "placed" or "last time" or "first time" => Micros,
        "audit" => 7,
        "ledger" or "generation" or "version" or "number" or "about" => 1,
        "scheme" => 2,
        "steady" => long.MaxValue / 2,
        "sequence" => 1_000_000,
        _ => 0,
    };

    private static byte[] Bytes(Field field, long value)
    {
        byte[] wide = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(wide, value);
        return field.Kind switch
        {
            FieldKind.U8 => wide[..1],
            FieldKind.U16 => wide[..2],
            FieldKind.U32 => wide[..4],
            FieldKind.I64 => wide,
            FieldKind.Answers => new byte[4],
            FieldKind.Id => new byte[16],
            FieldKind.Hash => new byte[32],
            FieldKind.Rest => "made up"u8.ToArray(),
            _ => [.. wide[..0], .. Prefix(field), .. Encoding.UTF8.GetBytes(Text(field.Name))],
        };
    }

    private static byte[] Prefix(Field field)
    {
        byte[] prefix = new byte[field.Kind == FieldKind.Note ? 4 : 2];
        prefix[0] = (byte)Text(field.Name).Length;
        return prefix;
    }

    private static string Text(string field) => field switch
    {
        "name" => "ghost",
        "origin" => "ledger.example.org/ghost",
        "identity" => "anna",
        "producer" => "till",
        _ => "made-up",
    };
}
