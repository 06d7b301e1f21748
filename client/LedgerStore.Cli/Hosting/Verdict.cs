// How a verification ended: one word for people, one for programs, one exit code. Values; any thread.
namespace LedgerStore.Cli;

/// <summary>What was named, and how much of it was checked.</summary>
internal enum Verdict
{
    /// <summary>All of it, against a key that came out of band.</summary>
    Verified,

    /// <summary>Nothing contradicts anything, and a part could not be checked: it is counted.</summary>
    NotWhole,

    /// <summary>Something is not what was signed.</summary>
    NotVerified,
}

/// <summary>What a verdict is called.</summary>
internal static class Verdicts
{
    public static int ExitCodeOf(Verdict verdict) => verdict switch
    {
        Verdict.Verified => ExitCode.Done,
        Verdict.NotWhole => ExitCode.NotWhole,
        _ => ExitCode.NotVerified,
    };

    /// <summary>As JSON has it.</summary>
    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Verified => "verified",
        Verdict.NotWhole => "not_wholly_checked",
        _ => "not_verified",
    };

    /// <summary>As the line begins that people read.</summary>
    public static string TextOf(Verdict verdict) => verdict switch
    {
        Verdict.Verified => "verified",
        Verdict.NotWhole => "NOT WHOLLY CHECKED",
        _ => "NOT VERIFIED",
    };

    /// <summary>The terminal's colour: green, yellow, red.</summary>
    public static string StyleOf(Verdict verdict) => verdict switch
    {
        Verdict.Verified => "32",
        Verdict.NotWhole => "1;33",
        _ => "1;31",
    };
}
