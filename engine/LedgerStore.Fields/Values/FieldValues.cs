// The values that one entry has, in memory that is used again for the next. Owned by one scanner, on one thread.

namespace LedgerStore.Fields;

/// <summary>One value of a field: where its text is, and what it is as a time or number.</summary>
/// <param name="Path">Which of the field's paths led to it.</param>
/// <param name="Bits">Microseconds, or the bits of a double; 0 for texts.</param>
internal readonly record struct FieldValue(byte Field, byte Path, int Start, int Length, long Bits);

/// <summary>All values of one entry, as they are compared: unescaped, folded, in one spelling.</summary>
internal sealed class FieldValues
{
    /// <summary>The values and beginnings of a record; one with more is opaque.</summary>
    public const int TermsMax = 64;

    public const int ValueBytesMax = 4_096;

    // A field that has a value may have another type and be none of those that are allowed.
    private const int FlagsMax = 2 * IndexSpec.FieldsMax;

    private const int OwnMax = OwnField.Count + FlagsMax;

    private const int OwnBytesMax = EntryBounds.AppenderBytesMax + EntryBounds.ProducerBytesMax
        + EntryBounds.ContentTypeBytesMax + 16 + (FlagsMax * (IndexSpec.NameBytesMax + 16));

    // An escaped value is unescaped behind the others, before it is known how long it is.
    private const int EscapedBytesMax = JsonText.EscapeBytesMax * ValueBytesMax;

    private readonly FieldValue[] _values = new FieldValue[TermsMax + OwnMax];
    private readonly byte[] _text = GC.AllocateUninitializedArray<byte>(
        (TermsMax * (ValueBytesMax + NumberText.LongerByMax + IpText.BytesMax)) + OwnBytesMax + EscapedBytesMax);

    private int _count;
    private int _textBytes;

    public ReadOnlySpan<FieldValue> All => _values.AsSpan(0, _count);

    /// <summary>Why the record could not be read.</summary>
    public OpaqueReason Opaque { get; set; }

    /// <summary>Room behind the texts; what is written there counts when <see cref="Add"/> is called.</summary>
    public Span<byte> Room => _text.AsSpan(_textBytes);

    public ReadOnlySpan<byte> TextOf(in FieldValue value) => _text.AsSpan(value.Start, value.Length);

    public Span<byte> ChangeableTextOf(in FieldValue value) => _text.AsSpan(value.Start, value.Length);

    /// <summary>Forgets the entry before.</summary>
    public void Clear()
    {
        _count = 0;
        _textBytes = 0;
        Opaque = OpaqueReason.None;
    }

    /// <summary>Adds a value whose text stands at the front of <see cref="Room"/>.</summary>
    public void Add(int field, int path, int textBytes, long bits)
    {
        _values[_count++] = new FieldValue((byte)field, (byte)path, _textBytes, textBytes, bits);
        _textBytes += textBytes;
    }

    /// <summary>Keeps what stands at the front of <see cref="Room"/> as the text of a value.</summary>
    /// <returns>Where it is.</returns>
    public int TakeRoom(int textBytes)
    {
        _textBytes += textBytes;
        return _textBytes - textBytes;
    }

    /// <summary>Adds a text as it is.</summary>
    public void AddText(int field, ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room);
        Add(field, path: 0, text.Length, bits: 0);
    }

    /// <summary>Puts a changed value in the place of another.</summary>
    public void Set(int number, in FieldValue value) => _values[number] = value;

    /// <summary>Forgets the values from a number on.</summary>
    public void Cut(int count) => _count = count;
}
