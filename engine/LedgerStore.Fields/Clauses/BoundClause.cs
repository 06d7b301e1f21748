// A clause as it is compared with the fields of one spec, and the one function that decides whether an entry has it.
// Immutable; any thread.

using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Whether an entry is part of an answer.</summary>
internal enum Verdict
{
    /// <summary>It is not.</summary>
    No,

    /// <summary>It cannot be known: the record is opaque. It belongs into the answer, marked as such.</summary>
    Opaque,

    /// <summary>It is.</summary>
    Yes,
}

/// <summary>A condition with the number of its field and its values in their one spelling.</summary>
internal sealed class BoundClause
{
    private BoundClause(Clause clause, int field, FieldSpec spec, byte[][] texts, long least, long most)
    {
        Clause = clause;
        Field = field;
        Kind = spec.Kind;
        Texts = texts;
        Least = least;
        Most = most;
    }

    public Clause Clause { get; }

    public int Field { get; }

    public FieldKind Kind { get; }

    /// <summary>What a text is compared with: one of these, or the beginning.</summary>
    public byte[][] Texts { get; }

    /// <summary>The smallest value that a zone may have: microseconds, or the bits of a double.</summary>
    public long Least { get; }

    /// <summary>The largest.</summary>
    public long Most { get; }

    public bool IsZone => Kind is FieldKind.Time or FieldKind.Number;

    public bool IsPrefix => Clause.Kind == ClauseKind.Prefix;

    /// <summary>Whether an opaque entry may have it.</summary>
    public bool IsOfRecord => OwnField.IsOfRecord(Field);

    /// <summary>Binds a clause to a spec.</summary>
    /// <exception cref="MalformedDataException">The spec has no such field, or it cannot be asked so.</exception>
    public static BoundClause Bind(IndexSpec spec, Clause clause)
    {
        int field = spec.NumberOf(clause.Field);
        if (field < 0)
        {
            throw Refused(clause, "no field has this name; there are "
                + string.Join(", ", spec.Fields.Select(static one => one.Name)));
        }

        FieldSpec known = spec.Fields[field];
        if (known.IsZone)
        {
            (long least, long most) = ClauseRange.Of(clause, known);
            return new BoundClause(clause, field, known, [], least, most);
        }

        if (clause.Kind is not (ClauseKind.AnyOf or ClauseKind.Prefix))
        {
            throw Refused(clause, "only times and numbers are less or greater");
        }

        byte[][] texts = [.. clause.Values.Select(value => TextOf(known, value))];
        if (clause.Kind == ClauseKind.Prefix
            && PrefixEnd.Next(known.Prefix, texts[0], Math.Max(texts[0].Length - 1, 0)) == 0)
        {
            throw Refused(clause, known.Prefix.Length == 0
                ? "the spec declares no beginnings of this field"
                : $"a beginning ends with one of {known.Prefix}, as the spec declares");
        }

        return new BoundClause(clause, field, known, texts, 0, 0);
    }

    /// <summary>Whether an entry with these values has it.</summary>
    public Verdict Match(FieldValues values)
    {
        if (IsOfRecord && values.Opaque != OpaqueReason.None)
        {
            return Verdict.Opaque;
        }

        foreach (FieldValue value in values.All)
        {
            if (value.Field == Field && (IsZone ? IsWithin(value.Bits) : Has(values.TextOf(value))))
            {
                return Verdict.Yes;
            }
        }

        return Verdict.No;
    }

    /// <summary>Whether some value of a bundle with this smallest and largest one may lie between the bounds.</summary>
    public bool MayBeWithin(long smallest, long largest) => Kind == FieldKind.Number
        ? BitConverter.Int64BitsToDouble(largest) >= BitConverter.Int64BitsToDouble(Least)
            && BitConverter.Int64BitsToDouble(smallest) <= BitConverter.Int64BitsToDouble(Most)
        : largest >= Least && smallest <= Most;

    private bool IsWithin(long bits) => MayBeWithin(bits, bits);

    private bool Has(ReadOnlySpan<byte> text)
    {
        foreach (byte[] wanted in Texts)
        {
            if (IsPrefix ? text.StartsWith(wanted) : text.SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] TextOf(FieldSpec field, string value)
    {
        byte[] text = Encoding.UTF8.GetBytes(value);
        if (field.Fold)
        {
            ValueText.Fold(text);
        }

        if (field.Kind != FieldKind.Ip)
        {
            return text;
        }

        Span<byte> address = stackalloc byte[IpText.BytesMax];
        int length = IpText.Write(text, address);
        return length > 0 ? address[..length].ToArray() : text;
    }

    private static MalformedDataException Refused(Clause clause, string why) =>
        new($"'{clause}' cannot be asked: {why}", 0);
}
