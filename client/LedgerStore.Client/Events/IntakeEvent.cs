// An event as a sender sent it, out of the entry or the entries that the intake made of it.
// Immutable; any thread.

using System.Runtime.CompilerServices;

namespace LedgerStore.Client;

/// <summary>What the intake stored of one event: whole, or what is wrong with it.</summary>
public sealed class IntakeEvent : LedgerEvent
{
    internal IntakeEvent(IReadOnlyList<LedgerEntry> entries, IntakeRecord? record, string? problem)
    {
        Entries = entries;
        Record = record;
        Problem = problem;
    }

    /// <summary>The entries that hold it, in their order; of a damaged one, those that were found.</summary>
    public IReadOnlyList<LedgerEntry> Entries { get; }

    /// <summary>The event; null: it is damaged, or not all of it is there.</summary>
    public IntakeRecord? Record { get; }

    /// <summary>What is wrong; null: nothing.</summary>
    public string? Problem { get; }
}

/// <summary>Puts events together that the intake compressed or cut into parts.</summary>
public static class IntakeEvents
{
    /// <summary>
    /// The same read with an <see cref="IntakeEvent"/> in the place of every entry that an intake wrote, or of the last
    /// of several. Everything else stays as it is: entries of others, what expired, what cannot be read. An event of
    /// which a part is missing or altered comes with its <see cref="IntakeEvent.Problem"/> when that is known, at the
    /// latest at the end.
    /// </summary>
    public static async IAsyncEnumerable<LedgerEvent> UnpackIntake(
        this IAsyncEnumerable<LedgerEvent> events,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        IntakeParts parts = new();
        await foreach (LedgerEvent next in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (next is not LedgerEntry entry)
            {
                yield return next;
                continue;
            }

            foreach (LedgerEvent found in parts.Add(entry))
            {
                yield return found;
            }
        }

        foreach (IntakeEvent rest in parts.Finish())
        {
            yield return rest;
        }
    }
}
