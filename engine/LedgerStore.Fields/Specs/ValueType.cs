// What a value has to be, where a field says so. Constants.

namespace LedgerStore.Fields;

/// <summary>The types that a field may demand; a record with a value of another one has the flag type:NAME.</summary>
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
