// The events that `_audit` holds, collected while it is verified. Any thread adds; read when all of it is.
using System.Buffers.Binary;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Verification;

/// <summary>Every event that the entries of <c>_audit</c> are, by its index.</summary>
internal sealed class AuditEvents
{
    private readonly Lock _lock = new();

    // Guarded by the lock. An entry may be read twice, from a file and from the journal.
    private readonly SortedDictionary<long, (AuditEvent Said, long Micros)> _found = [];

    /// <summary>Looks through entries of <c>_audit</c>.</summary>
    /// <param name="first">The index of the first.</param>
    /// <param name="bundle">In bundle encoding; behind the entries there may be others, which do not count.</param>
    public void Add(long first, ReadOnlySpan<byte> bundle, int count)
    {
        for (int i = 0, at = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bundle[at..]);
            at += BlockFormat.EntryPrefixBytes;
            if (EntryView.TryParse(bundle.Slice(at, length), out EntryView entry)
                && AuditEvent.TryRead(first + i, entry.ContentType, entry.Payload) is { } said)
            {
                lock (_lock)
                {
                    _found[first + i] = (said, entry.ReceivedMicros);
                }
            }

            at += length;
        }
    }

    /// <summary>What they say together.</summary>
    public AuditBook ToBook()
    {
        AuditBook book = new();
        lock (_lock)
        {
            foreach ((AuditEvent said, long micros) in _found.Values)
            {
                book.Take(said, micros);
            }
        }

        return book;
    }
}
