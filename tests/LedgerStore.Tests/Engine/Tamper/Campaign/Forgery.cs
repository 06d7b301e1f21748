// One thing that is done to a copy of a store. Immutable; any thread.

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>A forgery, and the row of the table it belongs to.</summary>
/// <param name="Name">Says all that is done, so that it can be done again: unique.</param>
/// <param name="File">The file, as the evidence table calls it, or the kind of object for whole files.</param>
/// <param name="Record">The record, as the evidence table calls it, or what is done to the file.</param>
/// <param name="Do">Does it; false when that is not possible here.</param>
internal sealed record Forgery(string Name, string File, string Record, Func<CampaignCopy, bool> Do)
{
    public string Row => File + ": " + Record;

    /// <summary>It is done to what a crash left, else to what a clean end left.</summary>
    public bool IsAfterCrash { get; init; }

    /// <summary>What it consists of: itself, or the two of a pair.</summary>
    public IReadOnlyList<Forgery> Parts { get; private init; } = [];

    /// <summary>Both, one after the other.</summary>
    public static Forgery Pair(Forgery one, Forgery other) => new(
        one.Name + " + " + other.Name,
        "two of the above",
        "together",
        copy => one.Do(copy) && other.Do(copy))
    { Parts = [one, other], IsAfterCrash = one.IsAfterCrash };
}
