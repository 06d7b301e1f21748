// A read that follows and has caught up: does the server send what it signs?
// Owned by one enumeration.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Demands that signed entries are sent, whenever the server says that there is nothing new.</summary>
internal sealed class LiveEdge(Verifier verifier, TimeProvider time)
{
    // However often the server says so.
    private static readonly TimeSpan AskAtMostEvery = TimeSpan.FromSeconds(1);

    private long? asked;
    private long owedSince;
    private VerifiedCheckpoint? owed;

    /// <summary>The server says that everything before an index was sent.</summary>
    /// <exception cref="LedgerViolationException">It has signed more than that, and for a while.</exception>
    internal async Task CheckAsync(ulong next, CancellationToken cancellationToken)
    {
        if (owed is not null && owed.Size <= next)
        {
            owed = null;
        }

        if (owed is { } signed)
        {
            if (time.GetElapsedTime(owedSince) > verifier.StaleAfter)
            {
                throw verifier.Withheld(
                    signed, next,
                    $"the server says that there is nothing behind index {next:N0}, and it signed a tree of size "
                    + $"{signed.Size:N0} {verifier.StaleAfter.TotalSeconds:N0} s ago",
                    $"the entries from {next:N0} on");
            }

            return;
        }

        if (asked is { } last && time.GetElapsedTime(last) < AskAtMostEvery)
        {
            return;
        }

        asked = time.GetTimestamp();
        VerifiedCheckpoint? newest = await verifier.TryUpdateAsync(cancellationToken).ConfigureAwait(false);
        if (newest is not null && newest.Size > next)
        {
            owed = newest;
            owedSince = time.GetTimestamp();
        }
    }
}
