// One field of a spec: its name, where it is in a record, and how its values are compared. Immutable; any thread.

namespace LedgerStore.Fields;

/// <summary>A declared field.</summary>
/// <param name="Fold">Whether A to Z are the same as a to z; texts only.</param>
/// <param name="Required">Whether an entry without it has the flag missing:name.</param>
/// <param name="Prefix">The characters behind which a beginning may end that can be asked for; texts only.</param>
/// <param name="Paths">The first of them at which a record has a value is the field; all values there.</param>
internal sealed record FieldSpec(
    string Name, FieldKind Kind, bool Fold, bool Required, string Prefix, TimeUnit Unit, IReadOnlyList<FieldPath> Paths)
{
    /// <summary>What a value must be.</summary>
    public ValueType Type { get; init; }

    /// <summary>How many seconds a time may be away from when the entry was received; 0: any.</summary>
    public int SkewSeconds { get; init; }

    /// <summary>What a value must be one of, as compared; empty: anything.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Whether it demands anything of a record.</summary>
    public bool IsDemanding => Required || Type != ValueType.Any || SkewSeconds > 0 || Values.Count > 0;

    /// <summary>Whether its values are asked for by range, from the smallest and largest of each bundle.</summary>
    public bool IsZone => Kind is FieldKind.Time or FieldKind.Number;
}
