// The fields of one type of record, and where they are in the bytes of one. Immutable; any thread.

using System.Buffers.Binary;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>A type of record.</summary>
/// <param name="File">As the evidence table calls the file.</param>
/// <param name="Type">The number of the type in its file.</param>
internal sealed record RecordShape(string File, int Type, string Name, params Field[] Fields)
{
    private const int AnswerBytes = 44;

    /// <summary>Where each field of a record is.</summary>
    /// <exception cref="InvalidOperationException">The record has another shape.</exception>
    public List<FieldPlace> Find(ReadOnlySpan<byte> body)
    {
        List<FieldPlace> places = [];
        int at = 0;
        foreach (Field field in Fields)
        {
            if (field.Kind == FieldKind.Answers)
            {
                at = FindAnswers(body, field.Name, at, places);
                continue;
            }

            int length = LengthOf(field.Kind, body[at..]);
            places.Add(new FieldPlace(field.Name, field.Kind, at, length));
            at += length;
        }

        return at == body.Length
            ? places
            : throw new InvalidOperationException($"a {Name} of {body.Length} bytes, the shape describes {at} of them");
    }

    private static int FindAnswers(ReadOnlySpan<byte> body, string name, int at, List<FieldPlace> places)
    {
        int count = BinaryPrimitives.ReadInt32LittleEndian(body[at..]);
        places.Add(new FieldPlace(name, FieldKind.U32, at, sizeof(uint)));
        at += sizeof(uint);

        // The first and the last one stand for all.
        foreach (int number in ((int[])[0, count - 1]).Distinct().Where(number => number >= 0 && count > 0))
        {
            int start = at + (number * AnswerBytes);
            places.Add(new FieldPlace($"answer {number} sequence", FieldKind.I64, start, 8));
            places.Add(new FieldPlace($"answer {number} count", FieldKind.U32, start + 8, 4));
            places.Add(new FieldPlace($"answer {number} index", FieldKind.I64, start + 12, 8));
            places.Add(new FieldPlace($"answer {number} time", FieldKind.I64, start + 20, 8));
            places.Add(new FieldPlace($"answer {number} fingerprint", FieldKind.Id, start + 28, 16));
        }

        return at + (count * AnswerBytes);
    }

    private static int LengthOf(FieldKind kind, ReadOnlySpan<byte> rest) => kind switch
    {
        FieldKind.U8 => 1,
        FieldKind.U16 => 2,
        FieldKind.U32 => 4,
        FieldKind.I64 => 8,
        FieldKind.Id => 16,
        FieldKind.Hash => 32,
        FieldKind.Text => 2 + BinaryPrimitives.ReadUInt16LittleEndian(rest),
        FieldKind.Note => 4 + BinaryPrimitives.ReadInt32LittleEndian(rest),
        _ => rest.Length,
    };
}
