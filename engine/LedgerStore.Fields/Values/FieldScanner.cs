// What an entry says in the fields of a spec: the one place that decides it, for the index, for questions, for checks.
// A record that it cannot read is opaque: nothing is known of what is in it, and every question has to look at it.
// Owned by one thread; the values are those of the entry that was scanned last.

namespace LedgerStore.Fields;

/// <summary>Takes the values of all fields out of an entry.</summary>
internal sealed class FieldScanner(IndexSpec spec)
{
    /// <summary>Entries that the store made to close a bundle: nothing is missing in them.</summary>
    private static ReadOnlySpan<byte> FillerType => "application/x-ledgerstore-filler"u8;

    /// <summary>How the content type ends of what an intake stored in an envelope of its own.</summary>
    private static ReadOnlySpan<byte> EnvelopeEnd => "; envelope=intake"u8;

    private static ReadOnlySpan<byte> True => "true"u8;

    private const long MicrosPerSecond = 1_000_000;

    public IndexSpec Spec { get; } = spec;

    public FieldValues Values { get; } = new();

    // One bit for each field of the entry at hand: it has a value; one of another type; one that is not allowed.
    private uint _present;
    private uint _otherType;
    private uint _otherValue;

    /// <summary>Scans an entry.</summary>
    /// <returns>False when the bytes are no entry; no store has such.</returns>
    public bool TryScan(ReadOnlySpan<byte> entry)
    {
        if (!EntryView.TryParse(entry, out EntryView view))
        {
            Values.Clear();
            return false;
        }

        Scan(
            view.Payload,
            isFiller: view.Payload.IsEmpty && view.ContentType.SequenceEqual(FillerType),
            isEnveloped: IsEnveloped(view.ContentType),
            view.ReceivedMicros);
        AddOwn(view);
        return true;
    }

    /// <summary>Scans an entry whose record is packed, with what was unpacked in its place.</summary>
    /// <returns>False when the bytes are no entry; no store has such.</returns>
    public bool TryScan(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> record)
    {
        if (!EntryView.TryParse(entry, out EntryView view))
        {
            Values.Clear();
            return false;
        }

        Scan(record, isFiller: false, isEnveloped: false, view.ReceivedMicros);
        AddOwn(view);
        return true;
    }

    /// <summary>Scans a record that is in no entry yet: what it will say in its own fields.</summary>
    /// <param name="receivedMicros">When it is received; null: not yet, and no time is too far from it.</param>
    public void ScanRecord(ReadOnlySpan<byte> record, long? receivedMicros) =>
        Scan(record, isFiller: false, isEnveloped: false, receivedMicros);

    /// <summary>Whether an intake put what it was sent into an envelope of its own.</summary>
    public static bool IsEnveloped(ReadOnlySpan<byte> contentType) => contentType.EndsWith(EnvelopeEnd);

    private void Scan(ReadOnlySpan<byte> record, bool isFiller, bool isEnveloped, long? receivedMicros)
    {
        Values.Clear();
        (_present, _otherType, _otherValue) = (0, 0, 0);
        if (!record.IsEmpty)
        {
            Values.Opaque = Record(record, isEnveloped);
        }

        if (Values.Opaque != OpaqueReason.None)
        {
            Values.Cut(0);
            Values.AddText(OwnField.Opaque, True);
        }
        else if (!isFiller && Spec.IsDemanding)
        {
            AddFlags(receivedMicros);
        }
    }

    private void AddOwn(in EntryView entry)
    {
        AddText(OwnField.Appender, entry.Appender);
        AddText(OwnField.Producer, entry.Producer);
        AddText(OwnField.ContentType, entry.ContentType);
        Values.Add(OwnField.Received, path: 0, textBytes: 0, entry.ReceivedMicros);
    }

    private void AddText(int field, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
        {
            Values.AddText(field, text);
        }
    }

    private OpaqueReason Record(ReadOnlySpan<byte> record, bool isEnveloped)
    {
        RecordScanner scanner = new(Spec.Paths, Values, record, isEnveloped);
        OpaqueReason reason = scanner.Scan();
        if (reason != OpaqueReason.None)
        {
            return reason;
        }

        Span<byte> first = stackalloc byte[OwnField.Count + IndexSpec.FieldsMax];
        first.Fill(byte.MaxValue);
        foreach (FieldValue value in Values.All)
        {
            first[value.Field] = Math.Min(first[value.Field], value.Path);
        }

        int kept = 0;
        int terms = 0;
        for (int i = 0; i < Values.All.Length; i++)
        {
            FieldValue value = Values.All[i];
            if (value.Path != first[value.Field])
            {
                continue;
            }

            ValueType type = (ValueType)value.Bits;
            reason = Canonical(ref value, ref type);
            if (reason != OpaqueReason.None)
            {
                return reason;
            }

            Mark(value, type);

            terms += 1 + PrefixEnd.Count(Spec.Fields[value.Field].Prefix, Values.TextOf(value));
            Values.Set(kept++, value);
        }

        Values.Cut(kept);
        return terms > FieldValues.TermsMax ? OpaqueReason.TooManyValues : OpaqueReason.None;
    }

    // In its place: no spelling that is compared is longer than the one that was read, but that of an address.
    private OpaqueReason Canonical(ref FieldValue value, ref ValueType type)
    {
        FieldSpec field = Spec.Fields[value.Field];
        Span<byte> text = Values.ChangeableTextOf(value);
        bool isNumber = type == ValueType.Number;
        long bits = 0;
        switch (field.Kind)
        {
            case FieldKind.Text when field.Fold:
                ValueText.Fold(text);
                break;
            case FieldKind.Ip:
                Span<byte> address = stackalloc byte[IpText.BytesMax];
                int length = IpText.Write(text, address);
                if (length > 0)
                {
                    type = ValueType.Address;
                    address[..length].CopyTo(Values.Room);
                    value = value with { Length = length, Start = Values.TakeRoom(length) };
                }

                break;
            case FieldKind.Time:
                if (!(isNumber ? TimeText.TryRead(text, field.Unit, out bits) : TimeText.TryRead(text, out bits)))
                {
                    return OpaqueReason.NotATime;
                }

                break;
            case FieldKind.Number:
                if (!ValueText.TryNumber(text, out bits))
                {
                    return OpaqueReason.NotANumber;
                }

                break;
        }

        value = value with { Bits = bits };
        return OpaqueReason.None;
    }

    private void Mark(in FieldValue value, ValueType type)
    {
        FieldSpec field = Spec.Fields[value.Field];
        uint bit = 1u << value.Field;
        _present |= bit;
        if (field.Type != ValueType.Any && field.Type != type)
        {
            _otherType |= bit;
        }

        if (field.Values.Count > 0 && !Spec.Allows(value.Field, Values.TextOf(value)))
        {
            _otherValue |= bit;
        }
    }

    private void AddFlags(long? receivedMicros)
    {
        for (int number = OwnField.Count; number < Spec.Fields.Length; number++)
        {
            FieldSpec field = Spec.Fields[number];
            uint bit = 1u << number;
            if (field.Required && (_present & bit) == 0)
            {
                Values.AddText(OwnField.Flag, Spec.FlagOf(FlagKind.Missing, number));
            }

            if ((_otherType & bit) != 0)
            {
                Values.AddText(OwnField.Flag, Spec.FlagOf(FlagKind.Type, number));
            }

            if ((_otherValue & bit) != 0)
            {
                Values.AddText(OwnField.Flag, Spec.FlagOf(FlagKind.Value, number));
            }

            if (field.SkewSeconds > 0 && receivedMicros is { } received && IsSkewed(number, field, received))
            {
                Values.AddText(OwnField.Flag, Spec.FlagOf(FlagKind.Skew, number));
            }
        }
    }

    private bool IsSkewed(int number, FieldSpec field, long receivedMicros)
    {
        foreach (FieldValue value in Values.All)
        {
            if (value.Field == number
                && Int128.Abs((Int128)value.Bits - receivedMicros) > field.SkewSeconds * (Int128)MicrosPerSecond)
            {
                return true;
            }
        }

        return false;
    }
}
