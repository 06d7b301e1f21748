// One event as a parser cut it out of what a sender sent. Immutable; its bytes are a part of the request's.
using LedgerStore.Client;

namespace LedgerStore.Intake.Records;

/// <param name="Body">The sender's bytes.</param>
/// <param name="Form">What they are. JSON is well-formed, valid UTF-8 and not too deep: the parser has checked.</param>
internal readonly record struct ParsedEvent(ReadOnlyMemory<byte> Body, IntakeForm Form)
{
    /// <summary>The event's own id; null: it has none.</summary>
    public string? Id { get; init; }

    /// <summary>Why it could not be read; null: it could.</summary>
    public string? Opaque { get; init; }

    /// <summary>What is worth knowing about its form; null: nothing.</summary>
    public string? Mark { get; init; }

    /// <summary>What could not be read, as text where it is text.</summary>
    public static ParsedEvent Unreadable(ReadOnlyMemory<byte> body, string reason) =>
        TextOrBytes(body) with { Opaque = reason };

    /// <summary>A line or a message.</summary>
    public static ParsedEvent TextOrBytes(ReadOnlyMemory<byte> body) =>
        new(body, System.Text.Unicode.Utf8.IsValid(body.Span) ? IntakeForm.Text : IntakeForm.Bytes);
}
