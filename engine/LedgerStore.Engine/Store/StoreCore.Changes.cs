// The core's part that changes the catalog, and reads `_audit`, which says why. Any thread; Finish runs while the store
// is opened.
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    // Creating and freezing ledgers: one at a time, syncs included. Nothing else waits for it.
    private readonly Lock _catalogLock = new();

    /// <summary>Says changes in <c>_audit</c> before it has them made.</summary>
    public AuditedChanges Changes { get; }

    public CatalogLedger CreateLedger(string name, LedgerOptions options)
    {
        lock (_catalogLock)
        {
            return OrStop(() =>
            {
                Catalog catalog = Catalog;
                string origin = $"{Ground.Identity.PublicName}/{name}";
                CreatedRecord draft = catalog.Draft(name, origin, options.IsSalted, Ground.Clock());
                if (name == LedgerName.Audit)
                {
                    Changes.OpenAudit();
                }
                else
                {
                    string change = options.IsSalted ? AuditLedgerChange.CreatedSalted : AuditLedgerChange.Created;
                    Changes.Make(
                        AuditLedgerChange.Of(draft, change, options.CreatedBy), said => catalog.Create(draft, said));
                }

                return catalog.Find(name)!;
            });
        }
    }

    public void FreezeLedger(uint id, string reason, string frozenBy)
    {
        lock (_catalogLock)
        {
            CatalogLedger ledger = Catalog.Find(id)!;
            if (LedgerName.IsReserved(ledger.Name))
            {
                throw new StoreException(
                    StoreReason.InvalidArgument, $"'{ledger.Name}' is the store's own: it is never frozen");
            }

            FrozenRecord frozen = new(id, Ground.Clock(), reason);
            frozen.Check();
            if (ledger.IsFrozen)
            {
                return;
            }

            AuditLedgerChange change = new(AuditEvent.Unsaid)
            {
                Identity = frozenBy,
                Ledger = ledger.Name,
                LedgerId = id,
                Change = AuditLedgerChange.Frozen,
                Reason = reason,
                Micros = frozen.FrozenMicros,
            };
            OrStop(() => Changes.Make(change, said => Catalog.Freeze(id, reason, frozen.FrozenMicros, said)));
        }

        RefuseAppends(id, reason);
    }

    /// <summary>From here on a frozen ledger takes no more appends.</summary>
    public void RefuseAppends(uint id, string reason)
    {
        OpenLedger ledger = Ledgers.Get(id);
        Gate.Locked(() => ledger.AppendRefusal = LedgerRefusals.Frozen(ledger.Name, reason));
    }

    /// <summary>The holds that a ledger's files have in force, whether it is open or not.</summary>
    public IEnumerable<HoldRecord> HoldsOf(uint id) =>
        !Ground.Files.Exists(Ground.Paths.StateLog(id)) ? [] : Ledgers.Get(id).Holds;

    /// <summary>Waits until what is durable can be read, which it is a moment later; or has it done, where no threads
    /// run.</summary>
    public void WaitForReadable(OpenLedger log, long size)
    {
        while (log.ReadableSize < size)
        {
            if (Ground.IsReadOnly)
            {
                throw Unreadable(log, size);
            }

            if (Changes.Turn is not { } turn)
            {
                log.Readable.WaitForAsync(size, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            }
            else if (!turn())
            {
                throw Unreadable(log, size);
            }
        }
    }

    /// <summary>What an entry of <c>_audit</c> says, signed or not yet, as soon as it can be read.</summary>
    public AuditAnswer ReadSaid(long index)
    {
        OpenLedger audit = Ledgers.Get(Catalog.AuditId);
        if (index >= 0 && index < audit.Durable.Value && audit.Damage is null)
        {
            WaitForReadable(audit, index + 1);
        }

        return AuditProof.ReadSaid(index);
    }

    private StoreException Unreadable(OpenLedger log, long size)
    {
        string problem = $"'{log.Name}' has {size:N0} entries, and {log.ReadableSize:N0} can be read";
        return Poison.Cause is { } failed
            ? new StoreException(StoreReason.StorageFailed, $"{problem}: {failed.Message}", failed)
            : new StoreException(StoreReason.DataLoss, problem);
    }

    /// <summary>Reads events of <c>_audit</c> into a book; waits for the disk, or for the cold store.</summary>
    /// <exception cref="StoreException">Some of them cannot be read.</exception>
    public void ReadAudit(long first, long count, AuditBook book)
    {
        OpenLedger log = Ledgers.Get(Catalog.AuditId);
        long end = first + count;
        for (long index = first; index < end;)
        {
            int slot = (int)(index % StoreLimits.EntriesPerBundle);
            using BundleLease lease = log.WaitForBundle(index / StoreLimits.EntriesPerBundle, slot);
            for (; slot < lease.Entries && index < end; slot++, index++)
            {
                if (EntryView.TryParse(lease.Entry(slot), out EntryView entry)
                    && AuditEvent.TryRead(index, entry.ContentType, entry.Payload) is { } said)
                {
                    book.Take(said, entry.ReceivedMicros);
                }
            }
        }
    }
}
