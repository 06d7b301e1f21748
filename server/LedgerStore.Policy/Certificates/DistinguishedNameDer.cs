// Reads a distinguished name from DER (RFC 5280, 4.1.2.4): SEQUENCE OF SET OF SEQUENCE { type OID, value ANY }.
// Pure functions.
using System.Formats.Asn1;

namespace LedgerStore.Policy;

internal static class DistinguishedNameDer
{
    private static readonly UniversalTagNumber[] s_strings =
    [
        UniversalTagNumber.UTF8String, UniversalTagNumber.PrintableString, UniversalTagNumber.IA5String,
        UniversalTagNumber.NumericString, UniversalTagNumber.VisibleString, UniversalTagNumber.BMPString,
        UniversalTagNumber.T61String,
    ];

    public static DistinguishedName? Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            AsnReader outer = new(der, AsnEncodingRules.DER);
            AsnReader names = outer.ReadSequence();
            outer.ThrowIfNotEmpty();

            List<string> attributes = [];
            while (names.HasData)
            {
                // Some old authorities do not sort the SET; the canonical form sorts anyway.
                AsnReader set = names.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    AsnReader pair = set.ReadSequence();
                    string oid = pair.ReadObjectIdentifier();
                    attributes.Add(DistinguishedName.Attribute(oid, ValueOf(pair.ReadEncodedValue())));
                    pair.ThrowIfNotEmpty();
                }
            }

            return new DistinguishedName(attributes);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>One value of an attribute; null if the bytes are not exactly one DER value.</summary>
    public static string? ParseValue(ReadOnlyMemory<byte> der)
    {
        try
        {
            AsnReader reader = new(der, AsnEncodingRules.DER);
            ReadOnlyMemory<byte> value = reader.ReadEncodedValue();
            reader.ThrowIfNotEmpty();
            return ValueOf(value);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static string ValueOf(ReadOnlyMemory<byte> der)
    {
        AsnReader reader = new(der, AsnEncodingRules.DER);
        Asn1Tag tag = reader.PeekTag();
        if (tag.TagClass == TagClass.Universal && s_strings.Contains((UniversalTagNumber)tag.TagValue))
        {
            try
            {
                return reader.ReadCharacterString((UniversalTagNumber)tag.TagValue);
            }
            catch (AsnContentException)
            {
                // A string with letters that its type does not allow: compared by its bytes, as any other value.
            }
        }

        return "#" + Convert.ToHexStringLower(der.Span);
    }
}
