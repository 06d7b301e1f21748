// An entry as rules look at it: where and when it is, and its values. What an intake stored has two kinds of values:
// what its sender wrote, and what the envelope around it says. Used by one watch, for one entry after the other.

using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>One entry.</summary>
internal sealed class Seen(FieldValues values, FieldValues around)
{
    private readonly char[] _key = new char[(GuardLimits.ByMax + 1) * (1 + KeyText.CharsMax)];

    public ulong Index { get; set; }

    /// <summary>When it was received, or what the clock said before, if that is later.</summary>
    public long Micros { get; set; }

    /// <summary>What its record says; of an intake's, what the sender wrote.</summary>
    public FieldValues Values => values;

    /// <summary>Whether an intake wrote it.</summary>
    public bool IsEnveloped { get; set; }

    /// <summary>What an intake's envelope says, with the event in it; null: it has none.</summary>
    public FieldValues? Envelope => IsEnveloped ? around : null;

    /// <summary>The values that say something of a field: the sender's before the envelope's.</summary>
    public FieldValues ValuesFor(int field) => IsEnveloped && !Has(values, field) ? around : values;

    /// <summary>The first values of some fields, as one key: each behind its length, so that no two are taken for
    /// another.</summary>
    public ReadOnlySpan<char> KeyOf(ReadOnlySpan<int> fields)
    {
        int at = 0;
        foreach (int field in fields)
        {
            int length = KeyText.Write(FirstOf(field), _key.AsSpan(at + 1));
            _key[at] = (char)length;
            at += 1 + length;
        }

        return _key.AsSpan(0, at);
    }

    /// <summary>The same, and behind it a value of another field.</summary>
    public ReadOnlySpan<char> KeyOf(ReadOnlySpan<int> fields, ReadOnlySpan<byte> value)
    {
        int at = KeyOf(fields).Length;
        return _key.AsSpan(0, at + KeyText.Write(value, _key.AsSpan(at)));
    }

    /// <summary>The first value of a field, as text; empty: it has none.</summary>
    public string TextOf(int field) => KeyText.Of(FirstOf(field));

    /// <summary>The first value of a field of numbers.</summary>
    public double? NumberOf(int field)
    {
        foreach (FieldValue value in ValuesFor(field).All)
        {
            if (value.Field == field)
            {
                return BitConverter.Int64BitsToDouble(value.Bits);
            }
        }

        return null;
    }

    private ReadOnlySpan<byte> FirstOf(int field)
    {
        FieldValues from = ValuesFor(field);
        ReadOnlySpan<FieldValue> all = from.All;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Field == field)
            {
                return from.TextOf(all[i]);
            }
        }

        return default;
    }

    private static bool Has(FieldValues values, int field)
    {
        foreach (FieldValue value in values.All)
        {
            if (value.Field == field)
            {
                return true;
            }
        }

        return false;
    }
}
