// What was left out since the last record about it, by rule. One for each source; any thread, one lock.
using System.Buffers;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Noise;

internal sealed class NoiseCount(TimeProvider time)
{
    /// <summary>What the record is marked with; no sender can mark anything.</summary>
    public const string Mark = "noise";

    // Protects everything below.
    private readonly Lock _gate = new();
    private SortedDictionary<string, long> _dropped = new(StringComparer.Ordinal);
    private DateTimeOffset _since = time.GetUtcNow();

    /// <summary>Counts what was left out of a request that was acknowledged.</summary>
    public void Add(IReadOnlyDictionary<string, long> dropped)
    {
        lock (_gate)
        {
            foreach ((string rule, long events) in dropped)
            {
                _dropped[rule] = _dropped.GetValueOrDefault(rule) + events;
            }
        }
    }

    /// <summary>What was left out since the last time, as an event; null: nothing was, and the time goes on.</summary>
    public ParsedEvent? Take(out IReadOnlyDictionary<string, long> taken, out DateTimeOffset since)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            taken = _dropped;
            since = _since;
            _dropped = new SortedDictionary<string, long>(StringComparer.Ordinal);
            _since = now;
        }

        return taken.Count == 0 ? null : new ParsedEvent(Write(taken, since, now), IntakeForm.Json) { Mark = Mark };
    }

    /// <summary>The event could not be stored: its counts go into the next one.</summary>
    public void TakeBack(IReadOnlyDictionary<string, long> taken, DateTimeOffset since)
    {
        Add(taken);
        lock (_gate)
        {
            _since = since;
        }
    }

    private static byte[] Write(IReadOnlyDictionary<string, long> dropped, DateTimeOffset since, DateTimeOffset until)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("from", since.UtcDateTime);
            json.WriteString("until", until.UtcDateTime);
            json.WriteStartObject("dropped");
            foreach ((string rule, long events) in dropped)
            {
                json.WriteNumber(rule, events);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
