// How one kind of sender speaks HTTP: what it asks, what its events are, and which answers it understands. Without
// state; any thread.
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Intake.Doors;

/// <summary>What an implementation must keep to: <see cref="Parse"/> never throws, whatever was sent, and accounts for
/// all of it; an answer of success is given to <see cref="ReplyKind.Stored"/> only.</summary>
internal interface IDialect
{
    /// <summary>Whether it answers this path; what follows the source's own.</summary>
    bool Takes(string rest);

    /// <summary>Answers what brings no events, such as a question for health; false: it brings events.</summary>
    ValueTask<bool> TryAnswerAsync(HttpContext context, string rest, string? whyNot);

    /// <summary>Cuts the events out of a body.</summary>
    List<ParsedEvent> Parse(HttpRequest request, string rest, ReadOnlyMemory<byte> body);

    /// <summary>Answers.</summary>
    Task AnswerAsync(HttpContext context, Reply reply);
}

internal enum ReplyKind
{
    /// <summary>Everything is durable.</summary>
    Stored,

    /// <summary>Nothing is wrong with it; it must come again.</summary>
    Later,

    /// <summary>It is not known who sends.</summary>
    Unauthenticated,

    /// <summary>It is larger than a request may be.</summary>
    TooLarge,
}

/// <param name="Events">How many were in it.</param>
/// <param name="Reason">Why it was not stored.</param>
internal readonly record struct Reply(ReplyKind Kind, int Events, string Reason)
{
    /// <summary>How many of them could not be read, and are stored as they came.</summary>
    public int Opaque { get; init; }

    /// <summary>The status that senders of most kinds understand.</summary>
    public int Status => Kind switch
    {
        ReplyKind.Stored => StatusCodes.Status200OK,
        ReplyKind.Later => StatusCodes.Status503ServiceUnavailable,
        ReplyKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        _ => StatusCodes.Status413PayloadTooLarge,
    };
}
