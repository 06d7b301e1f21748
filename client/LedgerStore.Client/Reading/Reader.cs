// Reads a ledger: ranges, times, the live tail. Broken connections are made anew, where the last one stopped.
// Any thread; each enumeration is used by one.

using System.Runtime.CompilerServices;
using Grpc.Core;
using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Reads entries in the order of their indexes.</summary>
public sealed class Reader
{
    private readonly ServerConnection _client;

    internal Reader(ServerConnection client, string ledger)
    {
        _client = client;
        Ledger = ledger;
    }

    /// <summary>The ledger that is read.</summary>
    public string Ledger { get; }

    internal ServerConnection Client => _client;

    /// <summary>
    /// Reads events. Without <see cref="ReadOptions.Follow"/> it ends at the end of the ledger. A connection that
    /// breaks is made anew, without a gap and without an entry twice.
    /// </summary>
    /// <exception cref="RpcException">The server refused, or could not be reached for too long.</exception>
    public async IAsyncEnumerable<LedgerEvent> ReadAsync(
        ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ReadStep step in StepsAsync(options, cancellationToken).ConfigureAwait(false))
        {
            if (step.Event is { } other)
            {
                yield return other;
                continue;
            }

            ulong index = step.FirstIndex;
            foreach (ReadOnlyMemory<byte> entry in step.Split())
            {
                yield return new LedgerEntry(index++, entry);
            }
        }
    }

    /// <summary>
    /// Reads entries only: for those who cannot do without any. A range that has expired or cannot be read is an
    /// <see cref="EntriesMissingException"/>.
    /// </summary>
    public IAsyncEnumerable<LedgerEntry> ReadEntriesAsync(
        ReadOptions options, CancellationToken cancellationToken = default) =>
        EntriesOf(ReadAsync(options, cancellationToken), cancellationToken);

    /// <summary>The entries among events; what stands for others is an <see cref="EntriesMissingException"/>.</summary>
    internal static async IAsyncEnumerable<LedgerEntry> EntriesOf(
        IAsyncEnumerable<LedgerEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (LedgerEvent next in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            switch (next)
            {
                case LedgerEntry entry:
                    yield return entry;
                    break;
                case ExpiredRange or UnreadableRange:
                    throw new EntriesMissingException(next);
                default:
                    break;
            }
        }
    }

    /// <summary>
    /// The same reading, verified: every event is proven against a signed checkpoint before it is given out. Needs the
    /// capabilities read and verify.
    /// </summary>
    public VerifiedReader Verified(Verifier verifier) => new(this, verifier);

    /// <summary>Messages of entries in one piece, and all other events.</summary>
    internal IAsyncEnumerable<ReadStep> StepsAsync(ReadOptions options, CancellationToken cancellationToken) =>
        new ReadLoop(_client, Ledger, options).RunAsync(cancellationToken);
}

/// <summary>A message of a read: entries in bundle encoding, or another event.</summary>
/// <param name="FirstIndex">Of the first entry.</param>
/// <param name="Count">How many entries.</param>
/// <param name="Bundle">For each entry a big-endian length of two bytes, and its bytes. Checked to be that
/// many.</param>
/// <param name="Event">The other event; null: entries.</param>
internal readonly record struct ReadStep(ulong FirstIndex, int Count, ReadOnlyMemory<byte> Bundle, LedgerEvent? Event)
{
    internal IEnumerable<ReadOnlyMemory<byte>> Split()
    {
        ReadOnlyMemory<byte> rest = Bundle;
        while (!rest.IsEmpty)
        {
            int length = (rest.Span[0] << 8) | rest.Span[1];
            yield return rest.Slice(EntryBundle.LengthBytes, length);
            rest = rest[(EntryBundle.LengthBytes + length)..];
        }
    }
}

/// <summary>Entries that a reader asked for have expired or cannot be read.</summary>
public sealed class EntriesMissingException : Exception
{
    internal EntriesMissingException(LedgerEvent missing)
        : base(missing switch
        {
            ExpiredRange gone =>
                $"entries {gone.FirstIndex:N0} to {gone.FirstIndex + gone.Count - 1:N0} have expired by policy "
                + $"(see entry {gone.Tombstone:N0} of _audit); read from {gone.FirstIndex + gone.Count} on, or use "
                + "ReadAsync, which tells them as events",
            UnreadableRange bad =>
                $"entries {bad.FirstIndex:N0} to {bad.FirstIndex + bad.Count - 1:N0} cannot be read: {bad.Reason}",
            _ => "entries are missing",
        }) => Missing = missing;

    /// <summary>An <see cref="ExpiredRange"/> or an <see cref="UnreadableRange"/>.</summary>
    public LedgerEvent Missing { get; }
}
