// What the files claim, against what `_audit` says, while the store runs: before a ledger's claims are followed, before
// anything expires, and whenever the scrubber comes by. One comparison at a time, under one lock; any thread.
//
// The order of locks: those of all open ledgers, this one, the decisions of retention, the changes. Who has a later one
// asks for nothing here.
using System.Collections.Concurrent;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Tiering;
using LedgerStore.Engine.Verification;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>Follows what <c>_audit</c> says, and tells where files say otherwise.</summary>
internal sealed partial class RecordedClaims(StoreCore core)
{
    // Read at once, while others wait for nothing: 4 MiB at most of entries as they come.
    private const int BundlesAtOnce = 256;

    // That are kept for the status of one ledger.
    private const int TextsMax = 20;

    private readonly SignedAudit _audit = new(core.Ledgers, core.Keys, core.AuditProof);
    private readonly Lock _turn = new();

    // What is not confirmed, in words: of each ledger, and of the store as a whole (no id). Replaced, never changed.
    private readonly ConcurrentDictionary<uint, string[]> _unconfirmed = new();
    private volatile string[] _ofStore = [];

    // Ledgers of the catalog that nobody created, and why nobody did.
    private readonly ConcurrentDictionary<uint, string> _strangers = new();

    /// <summary>Whether the store signs, and has not signed anything of <c>_audit</c> yet.</summary>
    public bool IsEarly => core.Signing is not null
        && core.Catalog.Find(Catalog.AuditId) is not null
        && core.Ledgers.GetChecked(Catalog.AuditId).Newest is null;

    /// <summary>What is not confirmed of the store as a whole: ledgers that are missing, keys, who it is.</summary>
    public IReadOnlyList<string> OfStore => _ofStore;

    /// <summary>What is not confirmed of a ledger.</summary>
    public IReadOnlyList<string> Of(uint id) => _unconfirmed.GetValueOrDefault(id, []);

    /// <summary>Whether policy and holds of a ledger are what was decided: asked before anything of it expires. Reads
    /// a part of <c>_audit</c>; ask again until it is done.</summary>
    public ClaimsAnswer MayExpire(OpenLedger log)
    {
        lock (_turn)
        {
            try
            {
                CatalogLedger ledger = null!;
                HoldRecord[] holds = [];
                long size = Still(() => (ledger, holds) = (core.Catalog.Find(log.Id)!, log.Holds));
                AuditReading reading = _audit.Read(size, BundlesAtOnce);
                return reading switch
                {
                    { IsEarly: true } => ClaimsAnswer.Early,
                    { IsDone: false } => ClaimsAnswer.Reading,
                    { Why: not null } when IsEarly => ClaimsAnswer.Early,
                    _ => ClaimsAnswer.Because(reading.Why ?? WhyKept(ledger, holds), IsUnsigned(ledger.Name)),
                };
            }
            catch (Exception unreadable) when (IsDamage(unreadable))
            {
                return ClaimsAnswer.Because($"{LedgerName.Audit} cannot be read: {unreadable.Message}", false);
            }
        }
    }

    /// <summary>A hold that <c>_audit</c> says is in force, whatever the ledger's files say; null when there is none.
    /// </summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public HoldRecord? FindHold(OpenLedger log, string id)
    {
        lock (_turn)
        {
            return ReadAll(Still(static () => { }), static () => false) is null
                ? _audit.Book.Of(log.Name).Holds.FirstOrDefault(hold => hold.Id == id)
                : null;
        }
    }

    /// <summary>Why nothing of a ledger expires; null when nothing forbids it.</summary>
    private string? WhyKept(CatalogLedger ledger, HoldRecord[] holds)
    {
        AuditBook book = _audit.Book;
        if (book.Facts.Count == 0)
        {
            return $"{LedgerName.Audit} does not say who the store is";
        }

        AuditedLedger said = book.Of(ledger.Name);
        TimeSpan floor = said.FloorBefore(long.MaxValue);
        RetentionPolicy policy = ledger.Retention is { } record
            ? RetentionPolicy.Decode(record.Policy)
            : RetentionPolicy.KeepAll;
        if (policy.Floor < floor)
        {
            return $"its floor is {policy.Floor:c} here and was {floor:c} in _audit; a floor is never lowered";
        }

        ClaimsCheck check = NewCheck();
        check.Compare(ledger);

        // A hold that only the files have keeps more, and is no reason to keep everything.
        check.CompareHolds(ledger, holds.Where(hold => said.Holds.Any(one => one.Id == hold.Id)));
        return check.Findings is [var first, ..] ? first.Evidence : null;
    }

    private bool IsUnsigned(string ledger) => _audit.Book.Of(ledger).LastSaid >= _audit.SignedSize;

    /// <summary>Looks at something while nothing changes it.</summary>
    /// <returns>The size of <c>_audit</c> at that moment: what is said below it has been made.</returns>
    private long Still(Action look)
    {
        lock (core.Retention.Decisions)
        {
            return core.Changes.Still(() =>
            {
                look();
                return core.Ledgers.Get(Catalog.AuditId).Durable.Value;
            });
        }
    }

    /// <summary>Reads all of <c>_audit</c> that was not read yet.</summary>
    /// <returns>Why it counts for nothing; null when it does count.</returns>
    private string? ReadAll(long size, Func<bool> isClosed)
    {
        AuditReading reading = _audit.Read(size, BundlesAtOnce);
        while (!reading.IsDone)
        {
            if (isClosed())
            {
                return "the store is being closed";
            }

            if (reading.IsEarly)
            {
                core.WaitForReadable(core.Ledgers.Get(Catalog.AuditId), size);
            }

            reading = _audit.Read(size, BundlesAtOnce);
        }

        return reading.Why;
    }

    private static bool IsDamage(Exception exception) =>
        exception is StoreException or StorageException or MalformedDataException or VerificationFailedException;
}
