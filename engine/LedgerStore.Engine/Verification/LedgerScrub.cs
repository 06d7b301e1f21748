// Scrubs one segment of a ledger that may be growing: its file against the root that state.log keeps, and where a
// checkpoint ends in it, the roots of all segments against the signed one. Of the scrubber's thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Verification;

/// <summary>What one unit came to.</summary>
internal sealed record ScrubResult(long Entries, long Bytes, IReadOnlyList<VerifyFinding> Findings);

/// <summary>Checks segments of one ledger, as its state.log had them when this was made.</summary>
internal sealed class LedgerScrub
{
    private readonly LedgerCheck _check;
    private readonly SegmentVerifier _verifier;
    private readonly IFileSystem _files;
    private readonly StorePaths _paths;
    private readonly UInt128 _storeId;

    public LedgerScrub(
        IFileSystem files,
        StorePaths paths,
        UInt128 storeId,
        CatalogLedger ledger,
        KeyBook book,
        RotationBook rotations,
        SegmentVerifier verifier)
    {
        _files = files;
        _paths = paths;
        _storeId = storeId;
        _verifier = verifier;
        Facts = LedgerFacts.Read(files, paths, storeId, ledger, book, rotations, new JournalIndex());

        // What is signed beyond the files is in the journal still. Of the rest the newest one commits to everything
        // that the others do.
        CheckpointClaim? newest = Facts.Claims.LastOrDefault(claim => claim.Size <= Facts.FileSize);
        Facts.Claims.Clear();
        if (newest is not null)
        {
            Facts.Claims.Add(newest);
        }

        _check = new LedgerCheck(Facts, null, paths, storeId);
    }

    public LedgerFacts Facts { get; }

    /// <summary>Reads an entry of <c>_audit</c>.</summary>
    public required Func<long, byte[]?> AuditEntry { get; init; }

    /// <summary>How long before a tombstone its notice must have come.</summary>
    public TimeSpan Ahead { get; init; } = AuditExpiryNotice.Ahead;

    public int Segments => _check.Segments.Count;

    /// <summary>The segment that the tree of the newest checkpoint ends in; -1 when there is no checkpoint.</summary>
    private long Edge => Facts.Claims.Count == 0
        ? -1
        : Math.Min(Facts.Claims[0].Size / StoreLimits.EntriesPerSegment, Segments - 1);

    /// <summary>Reads a segment's file and hashes all of it.</summary>
    public ScrubResult Run(long segment)
    {
        if (segment >= Segments)
        {
            return new ScrubResult(0, 0, Facts.Findings);
        }

        SegmentJob job = _check.Segments[(int)segment];
        job.Run(_files, _verifier);
        BlameUnproven(job);
        if (job.Finding is not null && HasMoved(segment))
        {
            // Tiering put another file in its place meanwhile; the next round reads that one.
            return new ScrubResult(0, 0, []);
        }

        ScrubResult result = new(job.HashedEntries, job.Bytes, []);
        List<VerifyFinding> findings = job.Finding is null && segment != Edge ? [] : Judge(job);
        if (segment == Segments - 1)
        {
            findings.InsertRange(0, Facts.Findings);
            findings.AddRange(ReservedClaims.Find(Facts, _paths));
            findings.AddRange(UnprovenTombstones());
        }

        return result with { Findings = findings };
    }

    private bool HasMoved(long segment)
    {
        try
        {
            LedgerStateLog.Open(
                _files, _paths, _storeId, Facts.Ledger.Id, FileAccessMode.ReadOnly, out LedgerState state);
            return state.TierOf(segment) != Facts.State.TierOf(segment)
                || state.Flushed?.OpenGeneration != Facts.State.Flushed?.OpenGeneration
                || state.Tombstones.Count != Facts.State.Tombstones.Count;
        }
        catch (Exception damage) when (damage is StoreException or StorageException)
        {
            // Where state.log cannot be read, tiering moves nothing either. That it is damaged is a finding itself.
            return false;
        }
    }

    /// <summary>What has expired without a tombstone in <c>_audit</c> was taken away. The entry is found by what
    /// state.log says; that it is as it was signed is found when <c>_audit</c> is scrubbed.</summary>
    private void BlameUnproven(SegmentJob job)
    {
        AuditTombstone? last = null;
        foreach (long first in job.ExpiredBundles)
        {
            if (last is null || !IsAbout(last, first))
            {
                last = Facts.State.Tombstones.FirstOrDefault(one => first >= one.First && first < one.End) is { } kept
                    && AuditEntry(kept.AuditIndex) is { } entry
                    ? TombstoneBook.Read(kept.AuditIndex, entry)
                    : null;
            }

            if (last is null || !IsAbout(last, first))
            {
                job.Blame(new SegmentFinding(
                    first,
                    StoreLimits.EntriesPerBundle,
                    -1,
                    $"the file says that these entries have expired, and {LedgerName.Audit} has no tombstone for them: "
                    + "their payload was taken away",
                    SegmentFault.Unconfirmed));
                return;
            }
        }
    }

    /// <summary>A tombstone hides entries whether their payload is still there or not.</summary>
    private IEnumerable<VerifyFinding> UnprovenTombstones() => LedgerName.IsReserved(Facts.Ledger.Name)
        ? []
        : Facts.State.Tombstones
            .Where(kept => AuditEntry(kept.AuditIndex) is not { } entry
                || TombstoneBook.Read(kept.AuditIndex, entry) is not { } said
                || said.Ledger != Facts.Ledger.Name
                || (said.First, said.Count) != (kept.First, kept.Count)
                || !IsAnnounced(said))
            .Select(kept => new VerifyFinding(
                VerifyFindingKind.ClaimNotConfirmed,
                Facts.Ledger.Name,
                kept.First,
                kept.Count,
                _paths.StateLog(Facts.Ledger.Id),
                -1,
                $"state.log says that entry {kept.AuditIndex:N0} of {LedgerName.Audit} is the tombstone of these "
                + "entries, and it is not, or is not signed"));

    private bool IsAnnounced(AuditTombstone tombstone) =>
        tombstone.Notice is not { } index
        || (AuditEntry(index) is { } entry
            && TombstoneBook.ReadNotice(index, entry)?.Announces(tombstone, Ahead) == true);

    private bool IsAbout(AuditTombstone tombstone, long first) =>
        tombstone.Ledger == Facts.Ledger.Name && first >= tombstone.First && first < tombstone.End;

    /// <summary>What a finding means, and whether the roots lead to the signed one, is decided by the whole
    /// tree.</summary>
    private List<VerifyFinding> Judge(SegmentJob job)
    {
        for (int i = 0; i < Segments; i++)
        {
            SegmentJob other = _check.Segments[i];
            if (other != job && i == Edge)
            {
                other.Run(_files, _verifier);
            }
            else if (other != job)
            {
                other.Assume();
            }
        }

        ClaimCheck claims = new(Facts, _check.Segments, null, Facts.FileSize);
        claims.Run();
        List<VerifyFinding> findings = [.. claims.Findings];
        if (job.Finding is not null)
        {
            findings.Add(claims.Judge(job));
        }

        return findings;
    }
}
