// The fields that every spec has, whatever it declares: what the store and the index say of an entry. Constants.

namespace LedgerStore.Fields;

/// <summary>Numbers of the fields that are always there; declared ones count on behind them.</summary>
internal static class OwnField
{
    public const int Appender = 0;
    public const int Producer = 1;
    public const int ContentType = 2;
    public const int Flag = 3;
    public const int Opaque = 4;
    public const int Received = 5;

    public const int Count = 6;

    /// <summary>In the order of their numbers.</summary>
    public static IReadOnlyList<FieldSpec> All { get; } =
    [
        Of("@appender", FieldKind.Text),
        Of("@producer", FieldKind.Text),
        Of("@content_type", FieldKind.Text),
        Of("@flag", FieldKind.Text),
        Of("@opaque", FieldKind.Text),
        Of("@received", FieldKind.Time),
    ];

    /// <summary>Whether its values are in the record, and so unknown when the record cannot be read.</summary>
    public static bool IsOfRecord(int field) => field is Flag or >= Count;

    private static FieldSpec Of(string name, FieldKind kind) =>
        new(name, kind, Fold: false, Required: false, Prefix: "", TimeUnit.Microseconds, Paths: []);
}
