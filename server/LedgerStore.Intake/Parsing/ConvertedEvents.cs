// Events of a format that is not JSON by itself, or whose events need what stands around them: made one after the other
// in one buffer, which has a bound. One thread, one request.
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal sealed class ConvertedEvents
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly List<(int Start, int End)> _events = [];
    private readonly int _bytesMax;

    /// <param name="sentBytes">The size of the request.</param>
    public ConvertedEvents(int sentBytes)
    {
        _bytesMax = (int)Math.Min(
            IntakeLimits.BodyBytes,
            IntakeLimits.ConvertedBytesMin + ((long)IntakeLimits.ConvertedPerByte * sentBytes));
        Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = IntakeFields.EventDepthMax,
        });
    }

    /// <summary>Writes the event that is under way.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Why no more can be made; null: more can.</summary>
    public string? Full =>
        _events.Count >= IntakeLimits.EventsPerRequest
            ? IntakeLimits.TooManyEvents
        : _buffer.WrittenCount >= _bytesMax ? $"the events of this request have more than {_bytesMax:N0} bytes"
        : null;

    /// <summary>Ends the event that is under way, and begins the next one.</summary>
    public void Seal()
    {
        Json.Flush();
        _events.Add((_events.Count == 0 ? 0 : _events[^1].End, _buffer.WrittenCount));
        Json.Reset();
    }

    /// <summary>All of them; nothing may be made afterwards.</summary>
    public List<ParsedEvent> Take() =>
    [
        .. _events.Select(each => new ParsedEvent(
            _buffer.WrittenMemory[each.Start..each.End], IntakeForm.Json)),
    ];
}
