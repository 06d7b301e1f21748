// What a reader sees: entries, and everything that stands in the place of entries.
// Immutable; any thread.

using System.Text;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Client;

/// <summary>One event of a read. Indexes follow each other without a gap from event to event.</summary>
public abstract class LedgerEvent
{
    private protected LedgerEvent()
    {
    }
}

/// <summary>An entry: a record in the envelope that the store put around it.</summary>
public sealed class LedgerEntry : LedgerEvent
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Of bytes that were read before, and kept: a <see cref="Verifier"/> says whether they are the ledger's.
    /// </summary>
    public LedgerEntry(ulong index, ReadOnlyMemory<byte> bytes)
    {
        Index = index;
        _bytes = bytes;
    }

    /// <summary>Its place in the ledger.</summary>
    public ulong Index { get; }

    /// <summary>The entry as it is stored and hashed.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The time the store gave it.</summary>
    public DateTimeOffset Received
    {
        get
        {
            ulong micros = View.ReceivedUnixMicros;
            return micros <= (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / 10
                ? DateTimeOffset.UnixEpoch.AddTicks((long)micros * TimeSpan.TicksPerMicrosecond)
                : DateTimeOffset.MaxValue;
        }
    }

    /// <summary>Who appended it, by the certificate.</summary>
    public string Appender => Encoding.UTF8.GetString(View.Appender);

    /// <summary>The name the appender counted it under; empty if it did not.</summary>
    public string Producer => Encoding.UTF8.GetString(View.Producer);

    /// <summary>Its number in that count, from 1; 0 without one.</summary>
    public ulong ProducerSequence => View.ProducerSequence;

    /// <summary>What the payload is, as the appender says.</summary>
    public string ContentType => Encoding.UTF8.GetString(View.ContentType);

    /// <summary>The record.</summary>
    public ReadOnlySpan<byte> Payload => View.Payload;

    /// <summary>The leaf of the tree that stands for this entry.</summary>
    public Hash256 LeafHash => MerkleHash.Leaf(_bytes.Span);

    // The fields are found when they are asked for: most readers want two of them.
    private EntryView View => EntryView.Parse(_bytes.Span);
}

/// <summary>Entries that are gone by policy. Their hashes are not: the tree is what it was.</summary>
/// <param name="firstIndex">The first of them.</param>
/// <param name="count">How many: a power of two, since they are a perfect subtree.</param>
/// <param name="root">The root of that subtree.</param>
/// <param name="tombstone">The index in <c>_audit</c> of the record about it.</param>
public sealed class ExpiredRange(ulong firstIndex, ulong count, Hash256 root, ulong tombstone) : LedgerEvent
{
    /// <summary>The first of them.</summary>
    public ulong FirstIndex { get; } = firstIndex;

    /// <summary>How many.</summary>
    public ulong Count { get; } = count;

    /// <summary>The root of their subtree.</summary>
    public Hash256 Root { get; } = root;

    /// <summary>The index in <c>_audit</c> of the record about it.</summary>
    public ulong Tombstone { get; } = tombstone;
}

/// <summary>Entries that exist and cannot be read: they are damaged, or their storage is away.</summary>
/// <param name="firstIndex">The first of them.</param>
/// <param name="count">How many.</param>
/// <param name="isDamaged">True: damaged; false: the storage of their tier is away at the moment.</param>
/// <param name="reason">What the server says about it.</param>
public sealed class UnreadableRange(ulong firstIndex, ulong count, bool isDamaged, string reason) : LedgerEvent
{
    /// <summary>The first of them.</summary>
    public ulong FirstIndex { get; } = firstIndex;

    /// <summary>How many.</summary>
    public ulong Count { get; } = count;

    /// <summary>True: damaged; false: the storage of their tier is away at the moment.</summary>
    public bool IsDamaged { get; } = isDamaged;

    /// <summary>What the server says about it.</summary>
    public string Reason { get; } = reason;
}

/// <summary>Following: everything before this size has been delivered; what comes now is live.</summary>
/// <param name="size">The size of the ledger.</param>
public sealed class CaughtUp(ulong size) : LedgerEvent
{
    /// <summary>The size of the ledger.</summary>
    public ulong Size { get; } = size;
}

/// <summary>Following: nothing new, the server is still there.</summary>
/// <param name="size">The size of the ledger.</param>
/// <param name="time">The server's clock.</param>
public sealed class Heartbeat(ulong size, DateTimeOffset time) : LedgerEvent
{
    /// <summary>The size of the ledger.</summary>
    public ulong Size { get; } = size;

    /// <summary>The server's clock.</summary>
    public DateTimeOffset Time { get; } = time;
}
