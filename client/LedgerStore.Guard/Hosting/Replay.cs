// What a guard would have found: the same watch over what is there already, without writing or sending anything.
// One thread.

using LedgerStore.Client;

namespace LedgerStore.Guard;

/// <summary>Replays ledgers.</summary>
internal static class Replay
{
    /// <summary>Replays one ledger; what was found comes when it is found.</summary>
    /// <param name="start">Where it begins, and the time from which silence counts.</param>
    /// <param name="until">Up to which time silence is looked for.</param>
    public static async IAsyncEnumerable<Alert> RunAsync(
        LedgerWatch watch, IAsyncEnumerable<LedgerEvent> events, RuleStart start, DateTimeOffset until)
    {
        watch.Start(start.From, clock: 0);
        foreach (RuleWatch rule in watch.Rules)
        {
            rule.Begin(start.From, start.At);
        }

        await foreach (LedgerEvent next in events.ConfigureAwait(false))
        {
            switch (next)
            {
                case LedgerEntry entry:
                    watch.Take(entry);
                    break;
                case ExpiredRange gone:
                    watch.Skip(gone.FirstIndex + gone.Count);
                    break;
                case UnreadableRange away:
                    watch.Skip(away.FirstIndex + away.Count);
                    break;
                default:
                    break;
            }

            foreach (Alert alert in watch.TakeFound())
            {
                yield return alert;
            }
        }

        watch.Pass(Micros.Of(until - GuardLimits.Grace));
        foreach (Alert alert in watch.TakeFound())
        {
            yield return alert;
        }
    }
}
