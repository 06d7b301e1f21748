// Where in the policy file something stands.
// Immutable value.
using System.Runtime.InteropServices;

namespace LedgerStore.Policy;

/// <summary>Line and column in the policy file, both counted from 1, columns in UTF-16 units.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SourcePosition(int Line, int Column) : IComparable<SourcePosition>
{
    public int CompareTo(SourcePosition other) =>
        Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);

    public static bool operator <(SourcePosition left, SourcePosition right) => left.CompareTo(right) < 0;

    public static bool operator >(SourcePosition left, SourcePosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(SourcePosition left, SourcePosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SourcePosition left, SourcePosition right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Line}:{Column}";
}
