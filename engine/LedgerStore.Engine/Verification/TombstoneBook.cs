// The tombstones that `_audit` holds, collected while it is verified. Any thread adds; read when all of it is.
using System.Buffers.Binary;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Verification;

/// <summary>Every tombstone that the entries of <c>_audit</c> are, by its index.</summary>
internal sealed class TombstoneBook
{
    private readonly Lock _lock = new();

    // Guarded by the lock. An entry may be read twice, from a file and from the journal.
    private readonly SortedDictionary<long, AuditTombstone> _found = [];
    private readonly SortedDictionary<long, AuditExpiryNotice> _notices = [];

    /// <summary>Looks through entries of <c>_audit</c>.</summary>
    /// <param name="first">The index of the first.</param>
    /// <param name="bundle">In bundle encoding; behind the entries there may be others, which do not count.</param>
    public void Add(long first, ReadOnlySpan<byte> bundle, int count)
    {
        for (int i = 0, at = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bundle[at..]);
            at += BlockFormat.EntryPrefixBytes;
            if (ReadNotice(first + i, bundle.Slice(at, length)) is { } notice)
            {
                lock (_lock)
                {
                    _notices[first + i] = notice;
                }
            }
            else if (Read(first + i, bundle.Slice(at, length)) is { } tombstone)
            {
                lock (_lock)
                {
                    _found[first + i] = tombstone;
                }
            }

            at += length;
        }
    }

    /// <summary>The tombstone that an entry of <c>_audit</c> is; null when it is none.</summary>
    public static AuditTombstone? Read(long index, ReadOnlySpan<byte> entry) =>
        EntryView.TryParse(entry, out EntryView view)
            && AuditTombstone.TryRead(index, view.ContentType, view.Payload) is { } read
            ? read with { Micros = view.ReceivedMicros }
            : null;

    /// <summary>The notice that an entry of <c>_audit</c> is; null when it is none.</summary>
    public static AuditExpiryNotice? ReadNotice(long index, ReadOnlySpan<byte> entry) =>
        EntryView.TryParse(entry, out EntryView view)
            && AuditExpiryNotice.TryRead(index, view.ContentType, view.Payload) is { } read
            ? read with { Micros = view.ReceivedMicros }
            : null;

    /// <summary>Whether a tombstone was announced. Stores gave no notices once: from the first one in <c>_audit</c> on,
    /// whichever ledger it is about, every tombstone has its own.</summary>
    public bool IsAnnounced(AuditTombstone tombstone, TimeSpan ahead)
    {
        lock (_lock)
        {
            return _notices.Count == 0
                || tombstone.AuditIndex < _notices.Keys.First()
                || (tombstone.Notice is { } index
                    && _notices.TryGetValue(index, out AuditExpiryNotice? notice)
                    && notice.Announces(tombstone, ahead));
        }
    }

    /// <summary>The notice at an index; null when there is none.</summary>
    public AuditExpiryNotice? NoticeAt(long index)
    {
        lock (_lock)
        {
            return _notices.GetValueOrDefault(index);
        }
    }

    /// <summary>The tombstones of a ledger, by their first entry.</summary>
    public IReadOnlyList<AuditTombstone> Of(string ledger)
    {
        lock (_lock)
        {
            return
            [
                .. _found.Values.Where(tombstone => tombstone.Ledger == ledger)
                    .OrderBy(tombstone => tombstone.First).ThenBy(tombstone => tombstone.AuditIndex),
            ];
        }
    }
}

/// <summary>What a verification knows from <c>_audit</c>.</summary>
/// <param name="SoundSize">Entries below are as they were signed; or, where nothing is trusted, not contradicted.
/// </param>
internal sealed record AuditEvidence(TombstoneBook Tombstones, long SoundSize)
{
    /// <summary>How long before a tombstone its notice must have come.</summary>
    public TimeSpan Ahead { get; init; } = AuditExpiryNotice.Ahead;

    /// <summary>There is no <c>_audit</c>.</summary>
    public static AuditEvidence None { get; } = new(new TombstoneBook(), 0);
}
