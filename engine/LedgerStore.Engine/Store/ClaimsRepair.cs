// Has the files of a stopped store follow `_audit` again, where somebody made them say something else: the catalog, and
// holds that a state.log lacks. Nothing is deleted: the catalog as it was goes to `quarantine`. On the caller's thread,
// under the store's lock.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Verification;

namespace LedgerStore.Engine;

/// <summary>Repairs claims.</summary>
internal sealed class ClaimsRepair(VerifyOptions options, IFileSystem files, StorePaths paths)
{
    /// <exception cref="StoreException">NotConfirmed: <c>_audit</c> is not verified, or not all that it says is signed.
    /// Corruption, DiskFull. Nothing was changed.</exception>
    public RepairReport Run()
    {
        (VerifyReport before, AuditBook said) = Look();
        DemandSigned(before, said);
        if (!before.Findings.Any(IsClaim))
        {
            return new RepairReport([], before.Findings);
        }

        UInt128 storeId = StoreFileAccess.Load(files, paths).StoreId;
        Catalog catalog = Catalog.Open(files, paths, storeId, FileAccessMode.ReadWrite);
        Restore(catalog, said);
        new Quarantine(files, paths).Copy(paths.Catalog);

        // A crash before this is through leaves the old catalog, and one behind it the new one with holds to be placed:
        // who repairs again goes on from there.
        catalog.Rewrite(said.Facts[^1].AuditIndex);
        foreach (CatalogLedger ledger in catalog.SortedByName())
        {
            PlaceHolds(storeId, ledger, said.Of(ledger.Name));
        }

        VerifyReport after = Look().Report;
        return new RepairReport(
            [.. before.Findings.Where(one => IsClaim(one) && !after.Findings.Contains(one))], after.Findings);
    }

    private (VerifyReport Report, AuditBook Said) Look()
    {
        StoreCheck check = new(options, files, paths);
        check.Run();
        return (check.Report(TimeSpan.Zero), check.Said);
    }

    private static bool IsClaim(VerifyFinding finding) => finding.Kind == VerifyFindingKind.ClaimNotConfirmed;

    /// <summary>What the files are to follow must be what the store said, and not what somebody wrote behind it.
    /// </summary>
    private static void DemandSigned(VerifyReport report, AuditBook said)
    {
        LedgerReport? audit = report.Ledgers.FirstOrDefault(static one => one.Name == LedgerName.Audit);
        string? why = audit is null ? "the catalog has no _audit: restore it from a backup"
            : !audit.HasKey ? "no key of _audit is trusted"
            : said.Facts.Count == 0 ? "_audit does not say who the store is, or is itself not as it was signed"
            : audit.UnvouchedEntries > 0 ? "_audit has entries that are not signed yet: start the store once"
            : null;
        if (why is not null)
        {
            throw new StoreException(
                StoreReason.NotConfirmed, $"the files cannot be made to follow _audit: {why}. Nothing was changed");
        }
    }

    private static void Restore(Catalog catalog, AuditBook said)
    {
        foreach (CatalogLedger here in catalog.SortedByName())
        {
            // One that nobody created stays, and takes no entries: there may be some in it.
            if (SaidLedger.Of(here, said.Of(here.Name)) is { } right)
            {
                catalog.Believe(here, right);
            }
        }

        foreach (AuditedLedger lost in said.Ledgers.Values.Where(one => catalog.Find(one.Name) is null))
        {
            if (lost.Created is { Origin.Length: > 0 } created && catalog.Find(created.LedgerId) is null)
            {
                CreatedRecord record = new(
                    created.LedgerId, created.Micros, created.IsSalted, created.Ledger, created.Origin);
                CatalogLedger empty = new(record, null, null);
                catalog.Restore(SaidLedger.Of(empty, lost)!);
            }
        }
    }

    /// <summary>Holds as they were placed. One that only the files have keeps more, and stays.</summary>
    private void PlaceHolds(UInt128 storeId, CatalogLedger ledger, AuditedLedger said)
    {
        if (LedgerName.IsReserved(ledger.Name) || said.Holds.Count == 0)
        {
            return;
        }

        LedgerStateLog log = LedgerStateLog.Open(
            files, paths, storeId, ledger.Id, FileAccessMode.ReadWrite, out LedgerState state);
        HoldRecord[] inFile = [.. state.Holds];
        foreach (HoldRecord hold in said.Holds.Where(static one => one.PlacedMicros > 0))
        {
            if (!Array.Exists(inFile, other => other.Id == hold.Id && said.IsSame(hold, other)))
            {
                log.Stage(hold);
            }
        }

        log.CommitNow();
    }
}
