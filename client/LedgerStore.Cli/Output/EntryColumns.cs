// Entries as a table that needs not know what comes: fixed columns, and a record is cut where the terminal ends.
// One thread.
using System.Buffers;
using System.Globalization;
using System.Text;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Prints entries in columns.</summary>
/// <param name="width">The terminal's columns; 0: nothing is cut.</param>
internal sealed class EntryColumns(int width, bool hasColour)
{
    private const int AppenderColumns = 14;
    private const int RecordColumnsMin = 16;

    // Of a record of 64 KiB only its beginning is seen. A character has up to four bytes.
    private const int BytesOfCharacter = 4;
    private const string Header = "   index  time (UTC)           appender        record";

    private bool hasHeader;

    public void Print(IBufferWriter<byte> output, ulong index, in EntryView entry)
    {
        if (!hasHeader)
        {
            hasHeader = true;
            Write(output, hasColour ? $"\e[1m{Header}\e[0m\n" : Header + "\n");
        }

        string appender = Cut(Name(entry.Appender), AppenderColumns).PadRight(AppenderColumns);
        string time = EntryPrinter.TimeOf(entry.ReceivedUnixMicros)[..19].Replace('T', ' ');
        string head = string.Create(CultureInfo.InvariantCulture, $"{index,8}  {time}  {appender}  ");
        int room = width == 0 ? int.MaxValue : Math.Max(RecordColumnsMin, width - head.Length);
        ReadOnlySpan<byte> payload = entry.Payload;
        bool isLong = room < payload.Length / BytesOfCharacter;
        string record = EntryPrinter.Shown(isLong ? payload[..((room + 1) * BytesOfCharacter)] : payload);
        Write(output, head + Cut(record, room) + "\n");
    }

    // spiffe://example.org/payments is payments to people.
    private static string Name(ReadOnlySpan<byte> appender) =>
        Encoding.UTF8.GetString(appender[(appender.LastIndexOf((byte)'/') + 1)..]);

    private static string Cut(string text, int columns) =>
        text.Length <= columns ? text : string.Concat(text.AsSpan(0, columns - 1), "…");

    private static void Write(IBufferWriter<byte> output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
