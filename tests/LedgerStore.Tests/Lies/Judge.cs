// What became of a lie: noticed, harmless, refused, told for what it is; or believed, which must not be.
// Pure functions; any thread.

namespace LedgerStore.Tests.Lies;

internal enum Outcome
{
    /// <summary>It was never told: the scenario does not ask, or the answer would have been the same.</summary>
    Unmet,

    /// <summary>Exit code 1, or the library's exception, which says what came.</summary>
    Noticed,

    /// <summary>Byte for byte the output that an honest server leads to.</summary>
    Harmless,

    /// <summary>The server gave no answer, or an error, and that is what was said of it.</summary>
    Refused,

    /// <summary>What is shown is the server's word, and documented as that.</summary>
    ServersWord,

    /// <summary>A history that continues all that was seen, shown to somebody who has seen no other.</summary>
    Unseen,

    /// <summary>It was believed, or broke something.</summary>
    Wrong,
}

internal static class Judge
{
    internal static Outcome Of(Scenario scenario, Lie lie, LyingServer server, Result honest, Result told)
    {
        if (told.Code == Result.Broken)
        {
            return Outcome.Wrong;
        }

        if (told.Code == honest.Code && told.Output == honest.Output)
        {
            return server.Met == 0 ? Outcome.Unmet : Outcome.Harmless;
        }

        bool isTold = told.Errors.Length > 0 || told.Output.Length > 0;
        bool isRefusal = lie.Class == LieClass.Refusal || server.WentSilent;
        return told.Code == 1 && isTold ? Outcome.Noticed
            : isRefusal && told.Code is 3 or 4 or 5 && told.Errors.Length > 0 ? Outcome.Refused

            // Not wholly checked, and it says what was not.
            : isRefusal && scenario.IsVerified && told.Code == 6 ? Outcome.Refused
            : !scenario.IsVerified && told.Code is >= 0 and <= 6 ? Outcome.ServersWord
            : (lie.Class == LieClass.Unseen || IsTrueOfWhatWasSeen(scenario, lie))
                && isTold && told.Code is (0 or 2 or 6) ? Outcome.Unseen
            : ServersWord.Find(scenario, lie) is not null ? Outcome.ServersWord
            : Outcome.Wrong;
    }

    // A proof in the checkpoint that was seen is true, whatever is signed after it; and that nothing newer is known yet
    // is no lie that one look can see: what waits for a checkpoint, or reads to the end, does.
    private static bool IsTrueOfWhatWasSeen(Scenario scenario, Lie lie) =>
        scenario.Name is "library: inclusion" or "library: receipt" or "library: receipt of a leaf"
            or "library: update"
        && lie.Kind == AnswerLies.StandStill;
}
