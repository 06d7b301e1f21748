// How one kind of sender speaks over a connection of its own. One for each connection; one thread at a time.
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Doors;

/// <summary>What an implementation must keep to: every byte that it takes is in an event or between events, and nothing
/// that is sent makes it throw but <see cref="IOException"/>, which ends the connection.</summary>
internal interface IStreamDialect
{
    /// <summary>Whether the sender waits for answers.</summary>
    bool IsAnswered { get; }

    /// <summary>Takes the first message, and adds its event if it has one; false: more bytes are needed.</summary>
    /// <param name="used">Bytes up to the next message.</param>
    bool TryTake(ReadOnlyMemory<byte> bytes, List<ParsedEvent> events, out int used);

    /// <summary>The answer to all messages since the last one.</summary>
    /// <param name="whyLater">Null: they are durable.</param>
    ReadOnlyMemory<byte> Answer(string? whyLater);
}
