// Alerts for tests of targets: with what a hostile record may put into them.

using LedgerStore.Guard;

namespace LedgerStore.Tests.Guard;

/// <summary>Makes alerts.</summary>
internal static class AlertSamples
{
    public static Alert Make(string says, AlertState state)
    {
        string episode = Alert.IdOf("r", "demo", [says], AlertState.Firing, 1, 1);
        return new Alert
        {
            Id = state == AlertState.Firing ? episode : Alert.IdOf("r", "demo", [says], state, 2, 1),
            Episode = episode,
            Rule = "refunds",
            State = state,
            Severity = Severity.Critical,
            Ledger = "demo",
            Group =
            [
                KeyValuePair.Create("who", "eve\r\nBcc: all@example.org"),
                KeyValuePair.Create("@producer", "p\"]\\"),
            ],
            At = WatchBench.Start,
            Since = WatchBench.Start,
            Says = says,
            Do = "Ask eve.",
            Cause = AlertCause.None.With(3, WatchBench.Start).With(5, WatchBench.Start),
            RulesSha256 = new string('a', 64),
        };
    }
}
