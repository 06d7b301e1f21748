// Whether a record is what a ledger's fields demand: asked by the server before it stores one, by clients before they
// send it, and by `ledger schema test`. One thread at a time; nothing is allocated for a record that is as demanded.

using System.Text;

namespace LedgerStore.Fields;

/// <summary>What is wrong with a record.</summary>
/// <param name="Flag">As <c>@flag</c> has it; <c>opaque</c> where the record cannot be read.</param>
/// <param name="Reason">The same for people: which field, where it is, and what was expected.</param>
internal sealed record RecordProblem(string Flag, string Reason);

/// <summary>Looks at records.</summary>
internal sealed class RecordCheck(IndexSpec spec)
{
    public const string Opaque = "opaque";

    private readonly FieldScanner _scanner = new(spec);

    /// <summary>The first problem of a record; null when it has none.</summary>
    /// <param name="receivedMicros">When it is received; null where that is not known yet.</param>
    public RecordProblem? Find(ReadOnlySpan<byte> record, long? receivedMicros)
    {
        _scanner.ScanRecord(record, receivedMicros);
        if (_scanner.Values.Opaque is not OpaqueReason.None and OpaqueReason reason)
        {
            return Unreadable(reason);
        }

        foreach (FieldValue value in _scanner.Values.All)
        {
            if (value.Field == OwnField.Flag)
            {
                return Explain(value);
            }
        }

        return null;
    }

    /// <summary>All problems of a record.</summary>
    public IReadOnlyList<RecordProblem> FindAll(ReadOnlySpan<byte> record, long? receivedMicros)
    {
        List<RecordProblem> all = Find(record, receivedMicros) is { Flag: Opaque } opaque ? [opaque] : [];
        foreach (FieldValue value in _scanner.Values.All)
        {
            if (value.Field == OwnField.Flag)
            {
                all.Add(Explain(value));
            }
        }

        return all;
    }

    private static RecordProblem Unreadable(OpaqueReason reason) =>
        new(Opaque, "it cannot be read: " + OpaqueText.Of(reason));

    private RecordProblem Explain(in FieldValue value)
    {
        string flag = Encoding.UTF8.GetString(_scanner.Values.TextOf(value));
        int colon = flag.IndexOf(':', StringComparison.Ordinal);
        FieldSpec field = spec.Fields[spec.NumberOf(flag[(colon + 1)..])];
        string where = $"'{field.Name}' ({string.Join(", ", field.Paths.Select(static path => path.Text))})";
        return new RecordProblem(flag, Enum.Parse<FlagKind>(flag[..colon], ignoreCase: true) switch
        {
            FlagKind.Missing => $"{where} is missing",
            FlagKind.Type => $"{where} is not of the type {field.Type.ToString().ToLowerInvariant()}",
            FlagKind.Value => $"{where} is none of {string.Join(", ", field.Values)}",
            _ => $"{where} is more than {field.SkewSeconds} seconds away from now",
        });
    }
}
