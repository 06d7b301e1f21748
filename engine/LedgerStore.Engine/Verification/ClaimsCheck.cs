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
/// may be undone, because a crash left it so: the file then says exactly what it said before.</param>
internal sealed partial class ClaimsCheck(AuditBook book, StorePaths paths, long signedSize, bool isSettled)
{
    private readonly List<VerifyFinding> _findings = [];
    private readonly List<string> _unmade = [];

    /// <summary>Claims that are confirmed by entries of <c>_audit</c> that nobody has signed yet.</summary>
    public long Unsigned { get; private set; }

    public IReadOnlyList<VerifyFinding> Findings => _findings;

    /// <summary>The change that was said last, if the files are as they were before it: a crash may have left them so,
    /// or somebody took it out.</summary>
    public IReadOnlyList<string> Unmade => _unmade;

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
            if (!names.Contains(said.Name) && !Excuse(IsLast(said.Created), said.Created!.AuditIndex))
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
        foreach (HoldRecord hold in said.Holds)
        {
            CompareHold(ledger, said, hold, Array.Find(inFile, other => other.Id == hold.Id));
        }

        foreach (HoldRecord hold in inFile.Where(one => !said.Holds.Any(other => other.Id == one.Id)))
        {
            // A release that was said last may not be made.
            bool isUndone = IsLast(ledger, hold) && said.Released(hold.Id) is { } before && said.IsSame(before, hold);
            if (!Excuse(isUndone, said.HoldSaid(hold.Id)))
            {
                Add(ledger.Name, paths.StateLog(ledger.Id), $"state.log has the hold {hold.Id}, and no entry of "
                    + "_audit placed it, or one released it");
            }
        }
    }

    private void CompareHold(CatalogLedger ledger, AuditedLedger said, HoldRecord hold, HoldRecord? inFile)
    {
        if (inFile is null)
        {
            if (!Excuse(IsLast(ledger, hold), said.HoldSaid(hold.Id)))
            {
                Add(ledger.Name, paths.StateLog(ledger.Id), $"_audit says that the hold {hold.Id} is in force, and "
                    + "state.log lacks it");
            }
        }
        else if (said.IsSame(hold, inFile))
        {
            CountAt(said.HoldSaid(hold.Id));
        }
        else
        {
            Add(ledger.Name, paths.StateLog(ledger.Id), $"entry {said.HoldSaid(hold.Id)} of _audit says the hold "
                + $"{Text(hold)}; state.log says {Text(inFile)}");
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
        bool isUndone = !here.IsFrozen && IsLast(said.Frozen);
        if (inFile != inAudit && !isBefore && !Excuse(isUndone, said.Frozen?.AuditIndex))
        {
            Add(here.Name, paths.Catalog, (here.Frozen, said.Frozen) switch
            {
                ({ } one, { } other) => $"the catalog says that the ledger was frozen at {one.FrozenMicros} because of "
                    + $"'{one.Reason}'; entry {other.AuditIndex} of _audit says at {other.Micros} because of "
                    + $"'{other.Reason}'",
                (null, { } other) => "the catalog says that the ledger is not frozen; in _audit entry "
                    + $"{other.AuditIndex} says that it is",
                _ => "the catalog says that the ledger is frozen; in _audit no entry says so",
            });
        }

        Count(said.Frozen);
    }

    private void CompareRetention(CatalogLedger here, AuditedLedger said)
    {
        Count(said.Retention);
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
        bool isUndone = IsLast(said.Retention) && inFile == said.Retention!.Before;
        if (inFile != inAudit && !Excuse(isUndone, said.Retention?.AuditIndex))
        {
            Add(here.Name, paths.Catalog, $"the catalog says the policy '{inFile}'; _audit says '{inAudit}'"
                + (said.Retention is { } change ? $" in entry {change.AuditIndex}" : string.Empty));
        }
    }

    /// <summary>Whether this is the change that was said last, which a crash may have left undone.</summary>
    private bool IsLast(AuditEvent? said) => !isSettled && said is not null && said == book.LastChange;

    private bool IsLast(CatalogLedger ledger, HoldRecord hold) => !isSettled
        && book.LastChange is AuditHoldChange last
        && (last.Ledger, last.Id) == (ledger.Name, hold.Id);

    /// <summary>Takes note of a change that may not be made yet.</summary>
    private bool Excuse(bool isUndone, long? auditIndex)
    {
        if (isUndone)
        {
            _unmade.Add($"entry {auditIndex} of _audit says a change that the files lack: a crash may have left them "
                + "so, and then the next start makes it; or somebody took it out");
        }

        return isUndone;
    }

    private static string Text(HoldRecord hold) =>
        $"{hold.Id} of {hold.Count} entries from {hold.First}, placed at {hold.PlacedMicros} by '{hold.PlacedBy}' "
        + $"because of '{hold.Reason}'";

    private static string Salted(bool isSalted) => isSalted ? "salted" : "not salted";

    private void Count(AuditEvent? said) => CountAt(said?.AuditIndex ?? AuditEvent.Unsaid);

    private void CountAt(long auditIndex) => Unsigned += auditIndex >= signedSize ? 1 : 0;

    private void Add(string? ledger, string? file, string evidence, long first = -1, long count = 0) => _findings.Add(
        new VerifyFinding(VerifyFindingKind.ClaimNotConfirmed, ledger, first, count, file, -1, evidence));
}
