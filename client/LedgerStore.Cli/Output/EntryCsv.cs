// Entries as comma-separated values (RFC 4180), for tables that people open: every value in quotes, one line an entry.
// A value that a spreadsheet would take for a formula gets an apostrophe in front: records are written by anybody. One
// thread.
using System.Buffers;
using System.Globalization;
using System.Text;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Prints entries as rows.</summary>
/// <param name="ledger">The first column; empty: there is none.</param>
internal sealed class EntryCsv(string ledger)
{
    private const string Header =
        "index,received,appender,producer,producer_sequence,content_type,record\r\n";

    private bool _hasHeader;

    /// <param name="record">In one line.</param>
    public void Print(IBufferWriter<byte> output, ulong index, in EntryView entry, string record)
    {
        if (!_hasHeader)
        {
            _hasHeader = true;
            output.Write(Encoding.UTF8.GetBytes(ledger.Length > 0 ? "ledger," + Header : Header));
        }

        string[] values =
        [
            index.ToString(CultureInfo.InvariantCulture),
            EntryPrinter.TimeOf(entry.ReceivedUnixMicros),
            SafeText.Line(entry.Appender),
            SafeText.Line(entry.Producer),
            entry.Producer.IsEmpty ? "" : entry.ProducerSequence.ToString(CultureInfo.InvariantCulture),
            SafeText.Line(entry.ContentType),
            record,
        ];
        IEnumerable<string> row = ledger.Length > 0 ? values.Prepend(ledger) : values;
        output.Write(Encoding.UTF8.GetBytes(string.Join(',', row.Select(Quote)) + "\r\n"));
    }

    private static string Quote(string value) =>
        $"\"{(IsFormula(value) ? "'" : "")}{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static bool IsFormula(string value) => value is ['=' or '+' or '-' or '@', ..];
}
