// What auditd's plugin audisp-remote speaks (format = managed): each message has a number, and waits for its answer: it
// is stored, or the disk is full and it is to be sent again. One connection.
using System.Text;
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Doors;

internal sealed class AuditDialect : IStreamDialect
{
    // The sender has room for messages of 8970 bytes, and hands this on to its own log.
    private const int ReasonBytesMax = 1024;

    private readonly List<uint> _numbers = [];

    public bool IsAnswered => true;

    public bool TryTake(ReadOnlyMemory<byte> bytes, List<ParsedEvent> events, out int used)
    {
        if (!AuditFrames.TryCut(bytes, out AuditFrame frame, out used))
        {
            return false;
        }

        if (frame.Number is { } number)
        {
            _numbers.Add(number);
        }

        if (!frame.Message.IsEmpty)
        {
            events.Add(AuditRecords.Parse(frame.Message));
        }

        return true;
    }

    public ReadOnlyMemory<byte> Answer(string? whyLater)
    {
        byte[] reason = Encoding.ASCII.GetBytes(whyLater ?? string.Empty);
        ReadOnlySpan<byte> told = reason.AsSpan(0, Math.Min(reason.Length, ReasonBytesMax));
        uint type = whyLater is null ? AuditFrames.Acknowledged : AuditFrames.DiskFull;
        using MemoryStream answers = new();
        foreach (uint number in _numbers)
        {
            answers.Write(AuditFrames.Header(type, told.Length, number));
            answers.Write(told);
        }

        _numbers.Clear();
        return answers.ToArray();
    }
}
