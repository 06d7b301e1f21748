// What records of a file say in the fields of a spec, line by line. Used by one run.
using System.Globalization;
using System.Text;
using LedgerStore.Fields;

namespace LedgerStore.Cli;

/// <summary>Scans records and shows what was found.</summary>
internal sealed class FieldsTest(Run run, IndexSpec spec)
{
    private readonly FieldScanner _scanner = new(spec);
    private int _lines;
    private int _opaque;
    private int _flagged;

    public void Show(string record)
    {
        _lines++;
        byte[] payload = Encoding.UTF8.GetBytes(record);
        _scanner.ScanRecord(payload, receivedMicros: null);
        (string Field, string Value)[] values = [.. _scanner.Values.All.ToArray().Select(Said)];
        bool isFlagged = _scanner.Values.All.ToArray().Any(static value => value.Field == OwnField.Flag);
        _opaque += _scanner.Values.Opaque == OpaqueReason.None ? 0 : 1;
        _flagged += isFlagged ? 1 : 0;
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteNumber("line", _lines);
                if (_scanner.Values.Opaque != OpaqueReason.None)
                {
                    json.WriteString("opaque", OpaqueText.Of(_scanner.Values.Opaque));
                }

                foreach (IGrouping<string, (string Field, string Value)> field in values.GroupBy(one => one.Field))
                {
                    json.WriteStartArray(field.Key);
                    foreach ((_, string value) in field)
                    {
                        json.WriteStringValue(value);
                    }

                    json.WriteEndArray();
                }
            });
            return;
        }

        run.Line($"{_lines}: " + (_scanner.Values.Opaque == OpaqueReason.None
            ? string.Join("  ", values.Select(static one => $"{one.Field}={one.Value}"))
            : "opaque: " + OpaqueText.Of(_scanner.Values.Opaque)));
    }

    public int Finish()
    {
        run.Note($"{_lines} records; {_opaque} cannot be read, {_flagged} are not what the fields demand");
        return _opaque + _flagged == 0 ? ExitCode.Done : ExitCode.NotVerified;
    }

    private (string Field, string Value) Said(FieldValue value)
    {
        FieldSpec field = spec.Fields[value.Field];
        return (field.Name, field.Kind switch
        {
            FieldKind.Time => EntryPrinter.TimeOf((ulong)Math.Max(0, value.Bits)),
            FieldKind.Number => BitConverter.Int64BitsToDouble(value.Bits).ToString(CultureInfo.InvariantCulture),
            _ => Encoding.UTF8.GetString(_scanner.Values.TextOf(value)),
        });
    }
}
