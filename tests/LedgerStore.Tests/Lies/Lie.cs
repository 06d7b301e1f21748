// One lie: which method's answers it changes, and into what.
// Immutable; any thread.

using Grpc.Core;


namespace LedgerStore.Tests.Lies;

/// <summary>How an answer ends.</summary>
internal enum Ending
{
    /// <summary>With the status OK.</summary>
    Done,

    /// <summary>Not at all: nothing more is sent. Of a stream that follows that is honest.</summary>
    Silence,

    /// <summary>With an error.</summary>
    Error,

    /// <summary>The connection breaks.</summary>
    Cut,
}

/// <summary>An answer: its messages as they go over the wire, and its end.</summary>
internal sealed record Told(IReadOnlyList<byte[]> Messages, Ending Ending, StatusCode Status)
{
    /// <summary>Messages that need a moment.</summary>
    internal TimeSpan Delay { get; init; }

    internal bool Is(Told other) => Ending == other.Ending && Delay == other.Delay
        && (Ending != Ending.Error || Status == other.Status)
        && Messages.Count == other.Messages.Count
        && Messages.Zip(other.Messages).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}

/// <summary>What a lie can be answered with.</summary>
internal enum LieClass
{
    /// <summary>It says something that is not so: it is noticed, or changes nothing.</summary>
    False,

    /// <summary>It says nothing, or an error: that is no lie about the ledger, and ends as an error.</summary>
    Refusal,

    /// <summary>A history that is whole in itself and continues all that was seen: who has seen no other cannot know.
    /// </summary>
    Unseen,
}

/// <summary>A lie.</summary>
/// <param name="Method">The method whose answers it changes; null: all.</param>
/// <param name="Target">What it changes: a message's field, or the whole answer.</param>
/// <param name="Kind">How.</param>
/// <param name="Tell">The answer in the place of the honest one.</param>
internal sealed record Lie(string? Method, string Target, string Kind, LieClass Class, Func<Told, Told> Tell)
{
    /// <summary>Another server, whose answers are given instead; it belongs to one run.</summary>
    internal Func<HonestStore>? Other { get; init; }

    internal string Name => $"{Method ?? "everything"}: {Target}: {Kind}";

    internal bool IsAbout(string method) => Method is null || Method == method;
}
