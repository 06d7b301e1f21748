// Compares what store.json, the catalog, the key log and the state logs claim with what `_audit` says: a claim that no
// entry says, and an entry that no file follows, are findings. Nothing is compared in a store whose `_audit` does not
// say who the store is: it was made before that was recorded. Used under the lock of who verifies.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Finds claims that are not confirmed.</summary>
internal sealed class ClaimsCheck(AuditBook book, StorePaths paths)
{
    private readonly List<VerifyFinding> _findings = [];

    private bool IsRecorded => book.Facts.Count > 0;

    /// <summary>What is said of the store as a whole.</summary>
    public IReadOnlyList<VerifyFinding> CompareStore(
        StoreFile store, CatalogLedger[] ledgers, RotationBook rotations)
    {
        if (!IsRecorded)
        {
            return [];
        }

        AuditStoreFacts facts = book.Facts[^1];
        if (!facts.Agrees(store))
        {
            Add(null, paths.StoreFile, $"entry {facts.AuditIndex} of _audit says that the store is "
                + $"'{facts.PublicName}', {facts.StoreId}, incarnation {facts.Incarnation}, created at "
                + $"{facts.CreatedMicros}; store.json says otherwise");
        }

        foreach (AuditStoreFacts again in book.Facts.Skip(1).Where(static one => one.IsAdopted))
        {
            Add(null, paths.Catalog, $"entry {again.AuditIndex} of _audit takes the store over as one that was made "
                + $"before, and entry {book.Facts[0].AuditIndex} says already who it is");
        }

        foreach (AuditedLedger said in book.Ledgers.Values.Where(static one => one.Created is not null))
        {
            bool isUndone = said.Created == book.LastChange;
            if (!isUndone && !Array.Exists(ledgers, ledger => ledger.Name == said.Name))
            {
                Add(said.Name, paths.Catalog, $"entry {said.Created!.AuditIndex} of _audit says that this ledger was "
                    + "created, and the catalog has none of its name");
            }
        }

        foreach (AuditKeyRotation rotation in book.Rotations)
        {
            bool isKnown = rotation.Statement.IsEmpty || rotations.Of(Catalog.AuditId)
                .Any(one => one.Statement.AsSpan().SequenceEqual(rotation.Statement.Span));
            if (!isKnown)
            {
                Add(null, paths.Keys, $"entry {rotation.AuditIndex} of _audit says that the store went over to the key "
                    + $"{rotation.VkeyAfter}, and the key log has no such rotation");
            }
        }

        if (book.MissingAnchors > rotations.MissingAnchors)
        {
            Add(null, paths.Keys, $"_audit says {book.MissingAnchors} times that the store signed without its anchor, "
                + $"and the key log {rotations.MissingAnchors} times");
        }

        return _findings;
    }

    /// <summary>What is said of one ledger.</summary>
    public IReadOnlyList<VerifyFinding> Compare(LedgerFacts facts)
    {
        if (!IsRecorded)
        {
            return [];
        }

        CatalogLedger here = facts.Ledger;
        AuditedLedger said = book.Of(here.Name);
        CompareCreation(here, said);
        CompareFrozen(here, said);
        CompareRetention(here, said);
        CompareHolds(facts.State.Holds, said);
        return _findings;
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
        if (inFile != inAudit && !isBefore && said.Frozen != Undone)
        {
            string says = said.Frozen is { } there ? $"entry {there.AuditIndex} says that it is" : "no entry says so";
            Add(here.Name, paths.Catalog, $"the catalog says that the ledger is {(here.IsFrozen ? "" : "not ")}frozen; "
                + $"in _audit {says}");
        }
    }

    private void CompareRetention(CatalogLedger here, AuditedLedger said)
    {
        if (said.Retention == Undone && said.Retention is not null)
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

    private void CompareHolds(IList<HoldRecord> inFile, AuditedLedger said)
    {
        foreach (HoldRecord hold in said.Holds.Where(one => !inFile.Any(other => IsSame(one, other))))
        {
            if (book.LastChange is not AuditHoldChange last || last.Id != hold.Id)
            {
                Add(said.Name, null, $"_audit says that the hold {hold.Id} is in force, and state.log lacks it");
            }
        }

        foreach (HoldRecord hold in inFile.Where(one => !said.Holds.Any(other => IsSame(one, other))))
        {
            if (book.LastChange is not AuditHoldChange last || last.Id != hold.Id)
            {
                Add(said.Name, null, $"state.log has the hold {hold.Id}, and no entry of _audit placed it, or one "
                    + "released it");
            }
        }
    }

    /// <summary>The change that was said last: a crash may have left it undone.</summary>
    private AuditEvent? Undone => book.LastChange;

    private static bool IsSame(HoldRecord a, HoldRecord b) => (a.Id, a.First, a.Count) == (b.Id, b.First, b.Count);

    private static string Salted(bool isSalted) => isSalted ? "salted" : "not salted";

    private void Add(string? ledger, string? file, string evidence) => _findings.Add(
        new VerifyFinding(VerifyFindingKind.ClaimNotConfirmed, ledger, -1, 0, file, -1, evidence));
}
