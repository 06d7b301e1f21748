// What the values of a field are, how they are compared, and what numbers mean in a field of times. Constants.

namespace LedgerStore.Fields;

/// <summary>The kinds of fields.</summary>
internal enum FieldKind
{
    /// <summary>Texts, equal byte for byte; their case may be ignored, and beginnings may be asked for.</summary>
    Text,

    /// <summary>Texts of which nearly every entry has another: equal byte for byte, and nothing else.</summary>
    Id,

    /// <summary>IP addresses, equal however they are written; what is no address is a text.</summary>
    Ip,

    /// <summary>Times, which are asked for by range.</summary>
    Time,

    /// <summary>Numbers (IEEE 754, 64 bits), which are asked for by range.</summary>
    Number,
}

/// <summary>What a JSON number in a field of times counts.</summary>
internal enum TimeUnit
{
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}
