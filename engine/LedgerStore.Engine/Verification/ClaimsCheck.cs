// Compares what store.json, the catalog, the key log and the state logs claim with what `_audit` says: a claim that no
// entry says, and an entry that no file follows, are findings. Nothing is compared in a store whose `_audit` does not
// say who the store is: it was made before that was recorded. The same code for a verification, for the scrubber, and
// before anything expires. Used under the lock of who verifies.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Finds claims that are not confirmed.</summary>
/// <param name="signedSize">What <c>_audit</c> says below it is signed.</param>
/// <param name="isSettled">Every change that was said has been made: the store runs. If not, the one that was said last
/// may be undone, because a crash left it so.</param>
internal sealed partial class ClaimsCheck(AuditBook book, StorePaths paths, long signedSize, bool isSettled)
{
    private readonly List<VerifyFinding> _findings = [];

    /// <summary>Claims that are confirmed by entries of <c>_audit</c> that nobody has signed yet.</summary>
    public long Unsigned { get; private set; }

    public IReadOnlyList<VerifyFinding> Findings => _findings;

    /// <summary>Whether <c>_audit</c> says who the store is, and with it everything else.</summary>
    private bool IsRecorded => book.Facts.Count > 0;

    /// <summary>What is said of the store as a whole.</summary>
    public void CompareStore(StoreFile store, IReadOnlyList<CatalogLedger> ledgers, RotationBook rotations)
    {
        if (!IsRecorded)
        {
            return;
        }

        AuditStoreFacts facts = book.Facts[^1];
        if (!facts.Agrees(store))
        {
            Add(null, paths.StoreFile, $"entry {facts.AuditIndex} of _audit says that the store is "
                + $"'{facts.PublicName}', {facts.StoreId}, incarnation {facts.Incarnation}, created at "
                + $"{facts.CreatedMicros}; store.json says otherwise");
        }

        Count(facts);
        foreach (AuditStoreFacts again in book.Facts.Skip(1).Where(static one => one.IsAdopted))
        {
            Add(null, paths.Catalog, $"entry {again.AuditIndex} of _audit takes the store over as one that was made "
                + $"before, and entry {book.Facts[0].AuditIndex} says already who it is");
        }

        HashSet<string> names = [.. ledgers.Select(static ledger => ledger.Name)];
        foreach (AuditedLedger said in book.Ledgers.Values.Where(static one => one.Created is not null))
        {
            if (!IsUndone(said.Created) && !names.Contains(said.Name))
            {
                Add(said.Name, paths.Catalog, $"entry {said.Created!.AuditIndex} of _audit says that this ledger was "
                    + "created, and the catalog has none of its name");
            }
        }

        CompareKeys(rotations);
    }

    /// <summary>What the catalog says of one ledger.</summary>
    public void Compare(CatalogLedger here)
    {
        if (!IsRecorded)
        {
            return;
        }

        AuditedLedger said = book.Of(here.Name);
        CompareCreation(here, said);
        CompareFrozen(here, said);
        CompareRetention(here, said);
    }

    /// <summary>The holds that a ledger's state.log has.</summary>
    public void CompareHolds(CatalogLedger ledger, IEnumerable<HoldRecord> holds)
    {
        if (!IsRecorded)
        {
            return;
        }

        AuditedLedger said = book.Of(ledger.Name);
        HoldRecord[] inFile = [.. holds];
        foreach (HoldRecord hold in said.Holds.Where(one => !Array.Exists(inFile, other => IsSame(one, other))))
        {
            if (!IsUndone(hold))
            {
                Add(ledger.Name, paths.StateLog(ledger.Id), $"_audit says that the hold {hold.Id} is in force, and "
                    + "state.log lacks it");
            }
        }

        foreach (HoldRecord hold in inFile)
        {
            if (!said.Holds.Any(other => IsSame(hold, other)))
            {
                if (!IsUndone(hold))
                {
                    Add(ledger.Name, paths.StateLog(ledger.Id), $"state.log has the hold {hold.Id}, and no entry of "
                        + "_audit placed it, or one released it");
                }
            }
            else
            {
                CountAt(said.HoldSaid(hold.Id));
            }
        }
    }

    private void CompareCreation(CatalogLedger here, AuditedLedger said)
    {
        if (said.Contradiction is { } contradiction)
        {
            Add(here.Name, paths.Catalog, contradiction);
        }

        if (said.Created is not { } created)
        {
            Add(here.Name, paths.Catalog, "the catalog has this ledger, and no entry of _audit says that it was "
                + "created");
            return;
        }

        Count(created);
        CreatedRecord record = here.Created;
        if ((record.LedgerId, record.Origin, record.IsSalted, record.CreatedMicros)
            != (created.LedgerId, created.Origin, created.IsSalted, created.Micros))
        {
            Add(here.Name, paths.Catalog, $"the catalog says id {record.LedgerId}, origin '{record.Origin}', "
                + $"{Salted(record.IsSalted)}, created at {record.CreatedMicros}; entry {created.AuditIndex} of _audit "
                + $"says id {created.LedgerId}, origin '{created.Origin}', {Salted(created.IsSalted)}, created at "
                + $"{created.Micros}");
        }
    }

    private void CompareFrozen(CatalogLedger here, AuditedLedger said)
    {
        (long, string)? inFile = here.Frozen is { } frozen ? (frozen.FrozenMicros, frozen.Reason) : null;
        (long, string)? inAudit = said.Frozen is { Origin: "", Micros: > 0 } end ? (end.Micros, end.Reason) : null;
        bool isBefore = said.Frozen is { Micros: 0 } && here.IsFrozen;
        if (inFile != inAudit && !isBefore && !IsUndone(said.Frozen))
        {
            string says = said.Frozen is { } there ? $"entry {there.AuditIndex} says that it is" : "no entry says so";
            Add(here.Name, paths.Catalog, $"the catalog says that the ledger is {(here.IsFrozen ? "" : "not ")}frozen; "
                + $"in _audit {says}");
        }

        Count(said.Frozen);
    }

    private void CompareRetention(CatalogLedger here, AuditedLedger said)
    {
        Count(said.Retention);
        if (IsUndone(said.Retention))
        {
            return;
        }

        string inFile;
        try
        {
            inFile = (here.Retention is { } record ? RetentionPolicy.Decode(record.Policy) : RetentionPolicy.KeepAll)
                .ToString();
        }
        catch (MalformedDataException damage)
        {
            Add(here.Name, paths.Catalog, $"the catalog has a retention policy that cannot be one: {damage.Message}");
            return;
        }

        string inAudit = said.Retention?.After ?? RetentionPolicy.KeepAll.ToString();
        if (inFile != inAudit)
        {
            Add(here.Name, paths.Catalog, $"the catalog says the policy '{inFile}'; _audit says '{inAudit}'"
                + (said.Retention is { } change ? $" in entry {change.AuditIndex}" : string.Empty));
        }
    }

    /// <summary>Whether this is the change that was said last, which a crash may have left undone.</summary>
    private bool IsUndone(AuditEvent? said) => !isSettled && said is not null && said == book.LastChange;

    private bool IsUndone(HoldRecord hold) =>
        !isSettled && book.LastChange is AuditHoldChange last && last.Id == hold.Id;

    private static bool IsSame(HoldRecord a, HoldRecord b) => (a.Id, a.First, a.Count) == (b.Id, b.First, b.Count);

    private static string Salted(bool isSalted) => isSalted ? "salted" : "not salted";

    private void Count(AuditEvent? said) => CountAt(said?.AuditIndex ?? AuditEvent.Unsaid);

    private void CountAt(long auditIndex) => Unsigned += auditIndex >= signedSize ? 1 : 0;

    private void Add(string? ledger, string? file, string evidence, long first = -1, long count = 0) => _findings.Add(
        new VerifyFinding(VerifyFindingKind.ClaimNotConfirmed, ledger, first, count, file, -1, evidence));
}
