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
    private const int TimeColumns = 19;
    private const int AppenderColumns = 14;
    private const int RecordColumnsMin = 16;

    // Of a record of 64 KiB only its beginning is seen. A character has up to four bytes.
    private const int BytesOfCharacter = 4;
    private const string Header = "   index  time (UTC)           appender        record";
    private const string EventHeader = "   index  time (UTC)           who             what";

    private bool _hasHeader;

    public void Print(IBufferWriter<byte> output, ulong index, in EntryView entry, ReadOnlySpan<byte> payload)
    {
        Begin(output, Header);
        string head = Head(index, entry.ReceivedUnixMicros, Name(entry.Appender));
        int room = width == 0 ? int.MaxValue : Math.Max(RecordColumnsMin, width - head.Length);
        bool isLong = room < payload.Length / BytesOfCharacter;
        string record = SafeText.Line(isLong ? payload[..((room + 1) * BytesOfCharacter)] : payload);
        Write(output, head + Cut(record, room) + "\n");
    }

    /// <summary>An event of the store itself: who, and what in words; a refusal in red.</summary>
    public void Print(IBufferWriter<byte> output, ulong index, ulong receivedUnixMicros, StoreEvent happened)
    {
        Begin(output, EventHeader);
        string who = happened.Who.Length == 0 ? "-" : SafeText.Line(happened.Who);
        string head = Head(index, receivedUnixMicros, who);
        string what = Cut(happened.Text(), width == 0 ? int.MaxValue : Math.Max(RecordColumnsMin, width - head.Length));
        Write(output, hasColour && happened.IsDenied ? $"{head}\e[31m{what}\e[0m\n" : $"{head}{what}\n");
    }

    private void Begin(IBufferWriter<byte> output, string header)
    {
        if (!_hasHeader)
        {
            _hasHeader = true;
            Write(output, hasColour ? $"\e[1m{header}\e[0m\n" : header + "\n");
        }
    }

    private static string Head(ulong index, ulong receivedUnixMicros, string name)
    {
        string time = Cut(EntryPrinter.TimeOf(receivedUnixMicros).Replace('T', ' ').Split('.')[0], TimeColumns)
            .PadRight(TimeColumns);
        string who = Cut(name, AppenderColumns).PadRight(AppenderColumns);
        return string.Create(CultureInfo.InvariantCulture, $"{index,8}  {time}  {who}  ");
    }

    // spiffe://example.org/payments is payments to people.
    private static string Name(ReadOnlySpan<byte> appender) =>
        SafeText.Line(appender[(appender.LastIndexOf((byte)'/') + 1)..]);

    private static string Cut(string text, int columns) =>
        text.Length <= columns ? text : string.Concat(text.AsSpan(0, columns - 1), "…");

    private static void Write(IBufferWriter<byte> output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
