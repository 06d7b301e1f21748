// Why a record cannot be read, in words. Pure.

namespace LedgerStore.Fields;

/// <summary>Says it to people.</summary>
internal static class OpaqueText
{
    public static string Of(OpaqueReason reason) => reason switch
    {
        OpaqueReason.NotJson => "it is no JSON object in UTF-8",
        OpaqueReason.TooDeep => $"objects and arrays are deeper than {RecordScanner.DepthMax} levels",
        OpaqueReason.ValueTooLong => $"a value of a field is longer than {FieldValues.ValueBytesMax:N0} bytes",
        OpaqueReason.TooManyValues => $"the fields have more than {FieldValues.TermsMax} values",
        OpaqueReason.NotATime => "a value of a field of times is no time",
        OpaqueReason.NotANumber => "a value of a field of numbers is no number",
        OpaqueReason.Packed => "an intake compressed it, or cut it into parts",
        _ => "nothing is wrong with it",
    };
}
