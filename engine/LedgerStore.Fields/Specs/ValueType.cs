// What a value has to be, where a field says so. Constants.

namespace LedgerStore.Fields;

/// <summary>The types that a field may demand; the flag type:NAME is what a record has that does not keep to it.</summary>
internal enum ValueType
{
    /// <summary>Whatever the kind of the field takes.</summary>
    Any,

    /// <summary>A JSON string.</summary>
    String,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>An IP address; of fields of that kind.</summary>
    Address,
}
