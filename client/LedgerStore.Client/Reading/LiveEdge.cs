// A read that follows and has caught up: does the server send what it signs?
// Owned by one enumeration.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Demands that signed entries are sent, whenever the server says that there is nothing new.</summary>
internal sealed class LiveEdge(Verifier verifier, TimeProvider time)
{
    // However often the server says so.
    private static readonly TimeSpan s_askAtMostEvery = TimeSpan.FromSeconds(1);

    private long? _asked;
    private long _owedSince;
    private VerifiedCheckpoint? _owed;

    /// <summary>The server says that everything before an index was sent.</summary>
    /// <exception cref="LedgerViolationException">It has signed more than that, and for a while.</exception>
    internal async Task CheckAsync(ulong next, CancellationToken cancellationToken)
    {
        if (_owed is not null && _owed.Size <= next)
        {
            _owed = null;
        }

        if (_owed is { } signed)
        {
            if (time.GetElapsedTime(_owedSince) > verifier.StaleAfter)
            {
                throw verifier.Withheld(
                    signed, next,
                    $"the server says that there is nothing behind index {next:N0}, and it signed a tree of size "
                    + $"{signed.Size:N0} {verifier.StaleAfter.TotalSeconds:N0} s ago",
                    $"the entries from {next:N0} on");
            }

            return;
        }

        if (_asked is { } last && time.GetElapsedTime(last) < s_askAtMostEvery)
        {
            return;
        }

        _asked = time.GetTimestamp();
        VerifiedCheckpoint? newest = await verifier.TryUpdateAsync(cancellationToken).ConfigureAwait(false);
        if (newest is not null && newest.Size > next)
        {
            _owed = newest;
            _owedSince = time.GetTimestamp();
        }
    }
}
