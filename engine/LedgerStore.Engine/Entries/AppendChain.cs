// Batches of one sender who sends the next before the last is answered. Changed under the gate's lock only.

namespace LedgerStore.Engine;

/// <summary>Batches that follow each other: after the first one that is refused, none of them is appended.</summary>
/// <remarks>Without it, a sender without a producer name who has several batches under way could have the second
/// appended and the first refused. Give the same chain to all of them, in their order.</remarks>
public sealed class AppendChain
{
    internal bool IsBroken { get; private set; }

    internal void Break() => IsBroken = true;
}
