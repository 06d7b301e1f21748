// Syslog over TLS: frames or lines, and no answers. Without state.
using LedgerStore.Intake.Parsing;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Doors;

internal sealed class SyslogDialect : IStreamDialect
{
    public bool IsAnswered => false;

    public bool TryTake(ReadOnlyMemory<byte> bytes, List<ParsedEvent> events, out int used)
    {
        if (!SyslogFrames.TryCut(bytes, out ReadOnlyMemory<byte> message, out used))
        {
            return false;
        }

        if (!message.IsEmpty)
        {
            events.Add(SyslogMessages.Parse(message));
        }

        return true;
    }

    public ReadOnlyMemory<byte> Answer(string? whyLater) => default;
}
