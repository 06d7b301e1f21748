// Reads a record once and takes the values of all fields out of it: one walk over the JSON beside the tree of paths.
// Nothing is allocated and nothing is thrown. What cannot be read is said, and never skipped.
// Owned by one thread.

using System.Text.Unicode;

namespace LedgerStore.Fields;

/// <summary>The walk; <see cref="FieldScanner"/> makes of the values what is compared.</summary>
/// <param name="isEnveloped">The record is an envelope of an intake, which may hold a packed one.</param>
internal ref struct RecordScanner(
    PathTree paths, FieldValues values, ReadOnlySpan<byte> record, bool isEnveloped)
{
    public const int DepthMax = 64;

    private static ReadOnlySpan<byte> Packed => "gzip"u8;

    private JsonReader _json = new(record);
    private readonly bool _isUtf8 = Utf8.IsValid(record);
    private int _count;

    /// <summary>Adds the values at all paths, in the order of the record; numbers in their one spelling.</summary>
    public OpaqueReason Scan()
    {
        if (!_isUtf8 || _json.Peek() != (byte)'{')
        {
            return OpaqueReason.NotJson;
        }

        OpaqueReason reason = Value(PathTree.Root, depth: 0);
        return reason == OpaqueReason.None && !_json.IsAtEnd() ? OpaqueReason.NotJson : reason;
    }

    private OpaqueReason Value(int place, int depth)
    {
        switch (_json.Peek())
        {
            case (byte)'{':
                return depth == DepthMax ? OpaqueReason.TooDeep : Members(place, depth + 1);
            case (byte)'[':
                return depth == DepthMax ? OpaqueReason.TooDeep : Elements(paths.Elements(place), depth + 1);
            case (byte)'"':
                return _json.TryString(out ReadOnlySpan<byte> raw, out bool isEscaped)
                    ? Take(place, raw, isEscaped ? Form.Escaped : Form.Plain)
                    : OpaqueReason.NotJson;
            case (byte)'t':
                return _json.TryWord("true"u8) ? Take(place, "true"u8, Form.Boolean) : OpaqueReason.NotJson;
            case (byte)'f':
                return _json.TryWord("false"u8) ? Take(place, "false"u8, Form.Boolean) : OpaqueReason.NotJson;
            case (byte)'n':
                return _json.TryWord("null"u8) ? OpaqueReason.None : OpaqueReason.NotJson;
            default:
                return _json.TryNumber(out ReadOnlySpan<byte> number)
                    ? Take(place, number, Form.Number)
                    : OpaqueReason.NotJson;
        }
    }

    private OpaqueReason Members(int place, int depth)
    {
        _ = _json.TryTake((byte)'{');
        if (_json.TryTake((byte)'}'))
        {
            return OpaqueReason.None;
        }

        while (true)
        {
            if (!_json.TryString(out ReadOnlySpan<byte> name, out bool isEscaped) || !_json.TryTake((byte)':'))
            {
                return OpaqueReason.NotJson;
            }

            if (isEnveloped && depth == 1 && IsPacked(name, isEscaped))
            {
                return OpaqueReason.Packed;
            }

            OpaqueReason reason = Value(Child(place, name, isEscaped), depth);
            if (reason != OpaqueReason.None)
            {
                return reason;
            }

            if (_json.TryTake((byte)'}'))
            {
                return OpaqueReason.None;
            }

            if (!_json.TryTake((byte)','))
            {
                return OpaqueReason.NotJson;
            }
        }
    }

    private OpaqueReason Elements(int place, int depth)
    {
        _ = _json.TryTake((byte)'[');
        if (_json.TryTake((byte)']'))
        {
            return OpaqueReason.None;
        }

        while (true)
        {
            OpaqueReason reason = Value(place, depth);
            if (reason != OpaqueReason.None)
            {
                return reason;
            }

            if (_json.TryTake((byte)']'))
            {
                return OpaqueReason.None;
            }

            if (!_json.TryTake((byte)','))
            {
                return OpaqueReason.NotJson;
            }
        }
    }

    private readonly int Child(int place, ReadOnlySpan<byte> name, bool isEscaped)
    {
        // A longer name cannot be one that is looked for.
        if (!isEscaped || place == PathTree.Nowhere)
        {
            return paths.Child(place, name);
        }

        return name.Length > JsonText.EscapeBytesMax * paths.NameBytesMax
            ? PathTree.Nowhere
            : paths.Child(place, Unescaped(name));
    }

    /// <summary>Whether it is the member with the packed bytes.</summary>
    private readonly bool IsPacked(ReadOnlySpan<byte> name, bool isEscaped) => isEscaped
        ? name.Length <= JsonText.EscapeBytesMax * Packed.Length && Unescaped(name).SequenceEqual(Packed)
        : name.SequenceEqual(Packed);

    private readonly ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> name)
    {
        Span<byte> plain = values.Room;
        return plain[..JsonText.Unescape(name, plain)];
    }

    private OpaqueReason Take(int place, ReadOnlySpan<byte> raw, Form form)
    {
        foreach (PathEnd end in paths.EndsAt(place))
        {
            if (_count++ == FieldValues.TermsMax)
            {
                return OpaqueReason.TooManyValues;
            }

            int length = Write(raw, form, out OpaqueReason reason);
            if (reason != OpaqueReason.None)
            {
                return reason;
            }

            // What it was decides what it can be: a number in a field of times, a string where one is demanded.
            values.Add(end.Field, end.Path, length, (long)TypeOf(form));
        }

        return OpaqueReason.None;
    }

    private static ValueType TypeOf(Form form) => form switch
    {
        Form.Number => ValueType.Number,
        Form.Boolean => ValueType.Boolean,
        _ => ValueType.String,
    };

    private readonly int Write(ReadOnlySpan<byte> raw, Form form, out OpaqueReason reason)
    {
        reason = OpaqueReason.None;
        Span<byte> room = values.Room;
        if (raw.Length > (form == Form.Escaped ? JsonText.EscapeBytesMax : 1) * FieldValues.ValueBytesMax)
        {
            reason = OpaqueReason.ValueTooLong;
            return 0;
        }

        switch (form)
        {
            case Form.Number:
                int digits = NumberText.Write(raw, room);
                reason = digits == 0 ? OpaqueReason.NotANumber : OpaqueReason.None;
                return digits;
            case Form.Escaped:
                int length = JsonText.Unescape(raw, room);
                reason = length > FieldValues.ValueBytesMax ? OpaqueReason.ValueTooLong : OpaqueReason.None;
                return length;
            default:
                raw.CopyTo(room);
                return raw.Length;
        }
    }

    private enum Form
    {
        Plain,
        Escaped,
        Number,
        Boolean,
    }
}
