// Why a record cannot be read. For people: the index knows only that it cannot. Constants.

namespace LedgerStore.Fields;

/// <summary>What makes a record opaque: a candidate of every question about what is in it.</summary>
internal enum OpaqueReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>It is no JSON object in UTF-8, or has half of a surrogate pair in a string.</summary>
    NotJson,

    /// <summary>Objects and arrays are in each other deeper than 64 levels.</summary>
    TooDeep,

    /// <summary>A value of a field is longer than 4,096 bytes.</summary>
    ValueTooLong,

    /// <summary>The fields have more than 64 values, beginnings counted.</summary>
    TooManyValues,

    /// <summary>A value of a field of times is no time.</summary>
    NotATime,

    /// <summary>A value of a field of numbers is no number, or one beyond all bounds.</summary>
    NotANumber,

    /// <summary>An intake compressed what was sent, or cut it into parts.</summary>
    Packed,
}
