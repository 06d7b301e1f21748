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

    public IndexSpec Spec { get; } = spec;

    public FieldValues Values { get; } = new();

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
            isEnveloped: view.ContentType.EndsWith(EnvelopeEnd));
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

        Scan(record, isFiller: false, isEnveloped: false);
        AddOwn(view);
        return true;
    }

    /// <summary>Scans a record that is in no entry yet: what it will say in its own fields.</summary>
    public void ScanRecord(ReadOnlySpan<byte> record) => Scan(record, isFiller: false, isEnveloped: false);

    private void Scan(ReadOnlySpan<byte> record, bool isFiller, bool isEnveloped)
    {
        Values.Clear();
        if (!record.IsEmpty)
        {
            Values.Opaque = Record(record, isEnveloped);
        }

        if (Values.Opaque != OpaqueReason.None)
        {
            Values.Cut(0);
            Values.AddText(OwnField.Opaque, True);
        }
        else if (!isFiller)
        {
            AddFlags();
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

            reason = Canonical(ref value);
            if (reason != OpaqueReason.None)
            {
                return reason;
            }

            terms += 1 + PrefixEnd.Count(Spec.Fields[value.Field].Prefix, Values.TextOf(value));
            Values.Set(kept++, value);
        }

        Values.Cut(kept);
        return terms > FieldValues.TermsMax ? OpaqueReason.TooManyValues : OpaqueReason.None;
    }

    // In its place: no spelling that is compared is longer than the one that was read, but that of an address.
    private OpaqueReason Canonical(ref FieldValue value)
    {
        FieldSpec field = Spec.Fields[value.Field];
        Span<byte> text = Values.ChangeableTextOf(value);
        bool isNumber = value.Bits != 0;
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

    private void AddFlags()
    {
        for (int number = OwnField.Count; number < Spec.Fields.Length; number++)
        {
            if (Spec.Fields[number].Required && !Has(number))
            {
                Values.AddText(OwnField.Flag, Spec.Flags[number]);
            }
        }
    }

    private bool Has(int field)
    {
        foreach (FieldValue value in Values.All)
        {
            if (value.Field == field)
            {
                return true;
            }
        }

        return false;
    }
}
