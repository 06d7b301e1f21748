// CloudEvents over HTTP in the structured and the batched mode: events of JSON, byte for byte. An event is known by its
// source and its id.
// Pure functions.
using LedgerStore.Client;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class CloudEvents
{
    public static List<ParsedEvent> Parse(ReadOnlyMemory<byte> body)
    {
        List<ParsedEvent> events = JsonEvents.Parse(body, isLines: false);
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].Opaque is null && events[i].Form == IntakeForm.Json)
            {
                events[i] = CloudEventHeaders.Named(events[i]);
            }
        }

        return events;
    }
}
