// Makes what follows from entries anew: tiles, level-1 tiles, directories, footers, and what state.log says of a
// segment; and what follows from `_audit`. Entries are never changed. On a stopped store, under its lock; runs on the
// caller's thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Verification;

namespace LedgerStore.Engine;

/// <summary>Repairs what can be made again from what is signed: derived data, and claims.</summary>
public static class StoreRepair
{
    /// <summary>Verifies every segment, and repairs those with sound entries and damaged derived data.</summary>
    /// <remarks>
    /// Entries are sound when a signed or kept checkpoint commits to them, or, where none does, when state.log has the
    /// root that they come to. A repaired segment is a new file; the old one goes when state.log names the new one.
    /// </remarks>
    /// <exception cref="StoreException">InUse; Corruption of shared files; StorageFailed, DiskFull.</exception>
    public static RepairReport RepairDerived(VerifyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RepairDerived(options, new LinuxFileSystem());
    }

    /// <summary>Has the catalog, and holds, say again what <c>_audit</c> says, where somebody made them say something
    /// else.</summary>
    /// <remarks>Only what is verified with a trusted key and signed to its end is followed. The catalog as it was is
    /// kept in <c>quarantine</c>; a ledger or a hold that <c>_audit</c> knows nothing of stays as it is.</remarks>
    /// <returns>What was repaired, and everything that a verification finds afterwards.</returns>
    /// <exception cref="StoreException">InUse; NotConfirmed: nothing vouches for what should be followed; Corruption of
    /// shared files; StorageFailed, DiskFull.</exception>
    public static RepairReport RepairClaims(VerifyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RepairClaims(options, new LinuxFileSystem());
    }

    internal static RepairReport RepairClaims(VerifyOptions options, IFileSystem files)
    {
        StorePaths paths = PathsOf(options);
        return StoreErrors.Translate(() =>
        {
            using IDisposable owner = files.Lock(paths.Lock);
            return new ClaimsRepair(options, files, paths).Run();
        });
    }

    internal static RepairReport RepairDerived(VerifyOptions options, IFileSystem files)
    {
        StorePaths paths = PathsOf(options);
        return StoreErrors.Translate(() =>
        {
            using IDisposable owner = files.Lock(paths.Lock);
            UInt128 storeId = StoreFileAccess.Load(files, paths).StoreId;
            Catalog catalog = Catalog.Open(files, paths, storeId, FileAccessMode.ReadOnly);
            RotationBook rotations = RotationBook.Read(files, paths, storeId);
            KeyBook book = new(options);
            SegmentVerifier verifier = new();
            List<VerifyFinding> repaired = [];
            List<VerifyFinding> left = [];
            foreach (CatalogLedger ledger in catalog.SortedByName())
            {
                LedgerFacts facts = LedgerFacts.Read(
                    files, paths, storeId, ledger, book, rotations, new JournalIndex());

                // What is signed beyond the files is in the journal, which a repair does not touch.
                facts.Claims.RemoveAll(claim => claim.Size > facts.FileSize);
                left.AddRange(facts.Findings);
                if (facts.IsLinked)
                {
                    // Nothing is written or deleted where a link leads.
                    continue;
                }

                LedgerCheck check = new(facts, null, paths, storeId);
                Repair(new SegmentRebuild(files, paths, storeId, facts), check, verifier, files, repaired, left);
            }

            return new RepairReport(repaired, left);
        });
    }

    private static StorePaths PathsOf(VerifyOptions options) =>
        new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.DataDirectory)));

    private static void Repair(
        SegmentRebuild rebuild,
        LedgerCheck check,
        SegmentVerifier verifier,
        IFileSystem files,
        List<VerifyFinding> repaired,
        List<VerifyFinding> left)
    {
        foreach (SegmentJob job in check.Segments)
        {
            job.Run(files, verifier);
        }

        ClaimCheck claims = new(check.Facts, check.Segments, null, check.Facts.FileSize);
        claims.Run();
        left.AddRange(claims.Findings);
        foreach (SegmentJob job in check.Segments.Where(job => job.Finding is not null))
        {
            VerifyFinding finding = claims.Judge(job);
            bool isVouched = job.FirstIndex + job.Entries <= claims.VouchedSize;
            if (finding.Kind == VerifyFindingKind.DerivedDataDamaged
                && job.Root != default
                && check.Facts.SealedAt(job.Segment) is { } complete
                && (isVouched || job.Root == complete.Root)
                && rebuild.HasEntries(complete))
            {
                rebuild.Run(complete, job.Root);
                repaired.Add(finding);
            }
            else
            {
                left.Add(finding);
            }
        }
    }
}
