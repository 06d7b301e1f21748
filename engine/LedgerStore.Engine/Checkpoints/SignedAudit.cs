// All of `_audit` as a book: read once, from its first entry on, then what was appended since, and compared with what
// was signed. What is not signed yet is in the book too, and it is known from where on.
// Used under the lock of who keeps it.
using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>How far a reading of <c>_audit</c> came.</summary>
/// <param name="IsDone">The book says what is said below the size that was asked for.</param>
/// <param name="IsEarly">It is not, because entries are durable and not readable yet.</param>
/// <param name="Why">Why the book counts for nothing; null: it does count.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AuditReading(bool IsDone, bool IsEarly, string? Why)
{
    public static AuditReading Done(string? why) => new(true, false, why);
}

/// <summary>Keeps the book of <c>_audit</c>.</summary>
internal sealed class SignedAudit(OpenLedgers ledgers, StoreKeys keys, AuditProof proof)
{
    private readonly Hash256[] _hashes = new Hash256[StoreLimits.EntriesPerBundle];

    // Leaves that no checkpoint covers yet, and events beyond what was asked for so far.
    private readonly List<Hash256> _unsigned = [];
    private readonly Queue<(AuditEvent Said, long Micros)> _ahead = new();
    private CompactRange _tree = new();
    private long _read;

    /// <summary>What is said below the size that was asked for last.</summary>
    public AuditBook Book { get; private set; } = new();

    /// <summary>What is said below this size is as it was signed. In a store without a key nothing is, and all of it
    /// counts.</summary>
    public long SignedSize { get; private set; }

    /// <summary>Reads on.</summary>
    /// <param name="size">Up to where: not less than before.</param>
    /// <param name="bundlesMax">How much at once.</param>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public AuditReading Read(long size, int bundlesMax)
    {
        OpenLedger audit = ledgers.GetChecked(Catalog.AuditId);
        CheckpointRecord? newest = audit.Newest;
        if (newest is not null && proof.WhyNotOurs(audit, newest) is { } stranger)
        {
            return AuditReading.Done(stranger);
        }

        // Up to the checkpoint, which may have come since: there it is compared.
        long end = Math.Max(size, newest?.Size ?? 0);
        if (!TryTake(audit, end, bundlesMax, out bool isEarly))
        {
            return new AuditReading(IsDone: false, isEarly, null);
        }

        while (_ahead.TryPeek(out (AuditEvent Said, long Micros) next) && next.Said.AuditIndex < size)
        {
            Book.Take(next.Said, next.Micros);
            _ahead.Dequeue();
        }

        return AuditReading.Done(newest is null ? WhyUnsigned() : Compare(newest));
    }

    /// <summary>Reads bundles of entries.</summary>
    /// <returns>Whether the end was reached.</returns>
    private bool TryTake(OpenLedger log, long end, int bundlesMax, out bool isEarly)
    {
        isEarly = false;
        for (int bundles = 0; _read < end; bundles++)
        {
            if (bundles == bundlesMax)
            {
                return false;
            }

            long readable = Math.Min(end, log.ReadableSize);
            if (_read >= readable)
            {
                // The bundler has not got it ready yet.
                isEarly = true;
                return false;
            }

            int slot = (int)(_read % StoreLimits.EntriesPerBundle);
            using BundleLease lease = log.WaitForBundle(_read / StoreLimits.EntriesPerBundle, slot);
            int count = (int)Math.Min(lease.Entries - slot, readable - _read);

            Sha256Batch.HashBundle(lease.Range(slot, count), _hashes.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                if (EntryView.TryParse(lease.Entry(slot + i), out EntryView entry)
                    && AuditEvent.TryRead(_read + i, entry.ContentType, entry.Payload) is { } said)
                {
                    _ahead.Enqueue((said, entry.ReceivedMicros));
                }
            }

            _unsigned.AddRange(_hashes.AsSpan(0, count));
            _read += count;
        }

        return true;
    }

    private string? WhyUnsigned()
    {
        if (keys.Current is not null)
        {
            return $"{LedgerName.Audit} has no checkpoint";
        }

        SignedSize = long.MaxValue;
        _unsigned.Clear();
        return null;
    }

    private string? Compare(CheckpointRecord newest)
    {
        int covered = (int)(newest.Size - (long)_tree.Size);
        if (covered > 0)
        {
            _tree.Append(CollectionsMarshal.AsSpan(_unsigned)[..covered]);
            _unsigned.RemoveRange(0, covered);
        }

        if (_tree.Root() != newest.Root)
        {
            // The files may be put right: next time it is read from its first entry.
            (_tree, Book, _read, SignedSize) = (new CompactRange(), new AuditBook(), 0, 0);
            _unsigned.Clear();
            _ahead.Clear();
            return $"the first {newest.Size:N0} entries of {LedgerName.Audit} are not those that were signed";
        }

        SignedSize = newest.Size;
        return null;
    }
}
