// What came of one forgery. Immutable; any thread.

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>Who noticed, and what was done all the same.</summary>
/// <param name="Noticed">Everybody who said something.</param>
/// <param name="IsReaderRefused">A reader was refused entries that it should get.</param>
/// <param name="Believed">What a start takes for true that is not, and says nothing; empty: nothing.</param>
/// <param name="Broken">What must never be: wrong bytes, a payload that is gone, a crash, a wait without end; null:
/// none of it.</param>
/// <param name="Evidence">What everybody said.</param>
internal sealed record Verdict(
    Notice Noticed, bool IsReaderRefused, string Believed, string? Broken, string Evidence)
{
    /// <summary>Nothing came of it: all that was signed reads as it was, and nothing is believed that is not so.
    /// </summary>
    public bool IsHarmless => Broken is null && Believed.Length == 0 && !IsReaderRefused && !HasStartRefused;

    public bool HasStartRefused => Noticed.HasFlag(Notice.Start);

    /// <summary>Whether `verify`, with whatever it is given, says so.</summary>
    public bool IsVerifiable => (Noticed & Notice.Verifiers) != Notice.None;

    /// <summary>It did harm, or stopped the store, and nobody who verifies says so; or it is what must never be.
    /// </summary>
    public bool IsHole => Broken is not null || (!IsHarmless && !IsVerifiable);
}
