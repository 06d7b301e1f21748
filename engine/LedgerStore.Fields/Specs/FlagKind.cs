// What a record may lack of what its fields demand. Constants; the order is that of a field's flags.

namespace LedgerStore.Fields;

/// <summary>The kinds of flags: <c>@flag</c> has KIND:NAME.</summary>
internal enum FlagKind
{
    /// <summary>There is no value in a required field.</summary>
    Missing,

    /// <summary>A value is of another type.</summary>
    Type,

    /// <summary>A value is none of those that the field may have.</summary>
    Value,

    /// <summary>A time is too far from when the entry was received.</summary>
    Skew,
}
