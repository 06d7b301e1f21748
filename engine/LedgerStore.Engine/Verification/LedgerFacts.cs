// What the files of one ledger, the journal and the verification's own knowledge say about it, before any entry was
// looked at. Built by one thread, then immutable.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Recovery;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>A ledger that is to be verified.</summary>
internal sealed class LedgerFacts
{
    private LedgerFacts(CatalogLedger ledger, bool hasKey)
    {
        Ledger = ledger;
        HasKey = hasKey;
    }

    public CatalogLedger Ledger { get; }

    public bool HasKey { get; }

    /// <summary>Its keys, from those that are trusted on; null: none is.</summary>
    public LogKeySet? Keys { get; private set; }

    public LedgerState State { get; } = new();

    /// <summary>Roots that it must have had, by size.</summary>
    public List<CheckpointClaim> Claims { get; } = [];

    /// <summary>What is wrong with what was read here.</summary>
    public List<VerifyFinding> Findings { get; } = [];

    /// <summary>Entries that its files hold.</summary>
    public long FileSize { get; private set; }

    /// <summary>The highest segment that there is a file of, named by state.log or not; -1: there is none.</summary>
    public long LastSegmentFile { get; private set; } = -1;

    public string? LastSegmentPath { get; private set; }

    /// <summary>The way to the segments' files goes by a symbolic link.</summary>
    public bool IsLinked { get; private set; }

    /// <summary>Bundles whose leaves are needed: a tree, the files, or the journal's part end or begin in them.
    /// </summary>
    public HashSet<long> WantedBundles { get; } = [];

    /// <summary>Reads everything but entries.</summary>
    public static LedgerFacts Read(
        IFileSystem files,
        StorePaths paths,
        UInt128 storeId,
        CatalogLedger ledger,
        KeyBook book,
        RotationBook rotations,
        JournalIndex journal)
    {
        LogKeySet? keys = book.KeysOf(ledger.Origin);
        LedgerFacts facts = new(ledger, keys is not null);
        keys = facts.Keys = keys is null ? null : facts.Follow(keys, rotations, paths.Keys);
        List<(CheckpointRecord Record, string File)> checkpoints = [];
        facts.ReadState(files, paths, storeId, checkpoints);
        checkpoints.AddRange(rotations.Of(ledger.Id).Select(rotated => (rotated.Checkpoint, paths.Keys)));
        checkpoints.AddRange(journal.CheckpointsOf(ledger.Id));
        checkpoints.AddRange(book.AnchoredOf(ledger.Id));
        facts.AddClaims(checkpoints, keys);
        if (keys is not null && journal.Notes is { } notes)
        {
            facts.AddFound(notes, keys);
        }

        facts.Claims.AddRange(book.CheckpointsOf(ledger.Origin).Select(CheckpointClaim.Of));
        facts.Claims.Sort(static (a, b) => a.Size.CompareTo(b.Size));
        facts.FindWanted(journal.FirstIndexOf(ledger.Id));
        return facts;
    }

    private LogKeySet Follow(LogKeySet keys, RotationBook rotations, string file)
    {
        try
        {
            return rotations.Extend(keys, Ledger.Id);
        }
        catch (Exception refused) when (refused is VerificationFailedException or MalformedDataException)
        {
            Findings.Add(new VerifyFinding(
                VerifyFindingKind.CheckpointInvalid, Ledger.Name, -1, 0, file, -1, refused.Message));
            return keys;
        }
    }

    private void ReadState(
        IFileSystem files,
        StorePaths paths,
        UInt128 storeId,
        List<(CheckpointRecord Record, string File)> checkpoints)
    {
        string path = paths.StateLog(Ledger.Id);
        try
        {
            if (files.Exists(path))
            {
                CommittedLogIdentity identity = new(CommittedLogKind.State, storeId, Ledger.Id);
                CommittedLog.Open(files, path, identity, FileAccessMode.ReadOnly, (type, body) =>
                {
                    State.Apply(type, body);
                    if ((StateRecordType)type == StateRecordType.Checkpoint)
                    {
                        checkpoints.Add((CheckpointRecord.Decode(body), path));
                    }
                });
            }

            DemandInside(files, paths);
            FindLastFile(files, paths.SegmentsDirectory(Ledger.Id));
        }
        catch (Exception damage) when (damage is StoreException or StorageException or MalformedDataException)
        {
            Add(VerifyFindingKind.EntriesUnreadable, path, damage.Message);
        }

        FileSize = State.Flushed?.Size ?? 0;
        CheckSealed(path);
    }

    /// <summary>What a link leads to may be another thing tomorrow, and is not what was handed over.</summary>
    private void DemandInside(IFileSystem files, StorePaths paths)
    {
        string segments = paths.SegmentsDirectory(Ledger.Id);
        string real = files.RealPath(segments);
        if (real != files.RealPath(paths.Root) + segments[paths.Root.Length..])
        {
            IsLinked = true;
            Add(
                VerifyFindingKind.EntriesUnreadable,
                segments,
                $"a symbolic link in this path leads to '{real}', and none is followed");
        }
    }

    private void FindLastFile(IFileSystem files, string directory)
    {
        foreach (string name in files.Exists(directory) ? files.List(directory) : [])
        {
            if ((StorePaths.TryParseSegment(name, out long segment, out _)
                    || StorePaths.TryParseTiles(name, out segment, out _))
                && segment > LastSegmentFile)
            {
                LastSegmentFile = segment;
                LastSegmentPath = $"{directory}/{name}";
            }
        }
    }

    /// <summary>The complete segments are the first ones, without a gap, up to the open one.</summary>
    private void CheckSealed(string path)
    {
        // Written so that no size overflows it.
        long segments = FileSize == 0 ? 0 : ((FileSize - 1) / StoreLimits.EntriesPerSegment) + 1;
        for (long i = 0; i < segments; i++)
        {
            bool isOpen = i == segments - 1 && State.Flushed!.Value.OpenSegment == i;
            if (!isOpen && SealedAt(i) is null)
            {
                Add(
                    VerifyFindingKind.EntriesUnreadable,
                    path,
                    $"no record names the file of segment {i}, and the ledger has {FileSize:N0} entries in its files",
                    SegmentFormat.FirstIndex(i),
                    FileSize - SegmentFormat.FirstIndex(i));
                FileSize = SegmentFormat.FirstIndex(i);
                return;
            }
        }
    }

    /// <summary>What state.log says of a complete segment; null when it does not name it.</summary>
    public SealedRecord? SealedAt(long segment) =>
        segment < State.Sealed.Count && State.Sealed[(int)segment].Segment == segment
            ? State.Sealed[(int)segment]
            : null;

    private void AddClaims(List<(CheckpointRecord Record, string File)> checkpoints, LogKeySet? keys)
    {
        foreach ((CheckpointRecord record, string file) in checkpoints)
        {
            CheckpointClaim? claim = CheckpointClaim.TryRead(
                record, file, Ledger.Origin, keys, out string? wrong);
            if (claim is null)
            {
                Findings.Add(new VerifyFinding(
                    VerifyFindingKind.CheckpointInvalid, Ledger.Name, -1, 0, file, -1, wrong!));
            }
            else if (!Claims.Contains(claim))
            {
                Claims.Add(claim);
            }
        }
    }

    /// <summary>A checkpoint counts wherever it is found, if a trusted key signed it; and if none did, it is nothing:
    /// whoever may append can put its likeness into the journal.</summary>
    private void AddFound(NoteScan notes, LogKeySet keys)
    {
        foreach (FoundNote note in notes.Of(Ledger.Origin).Take(NoteScan.ChecksMax))
        {
            CheckpointRecord record = note.Record;
            bool isKnown = Claims.Exists(
                claim => claim.Size == record.Size && claim.Root == record.Root && claim.SignedBy is not null);
            CheckpointClaim? signed = isKnown
                ? null
                : CheckpointClaim.TryRead(record, note.File, Ledger.Origin, keys, out _);
            if (signed is { SignedBy: not null })
            {
                Claims.Add(signed);
            }
        }
    }

    private void FindWanted(long? journalFirst)
    {
        foreach (CheckpointClaim claim in Claims)
        {
            Want(claim.Size);
        }

        Want(FileSize);
        Want(journalFirst ?? 0);
    }

    private void Want(long size)
    {
        if (size % StoreLimits.EntriesPerBundle != 0)
        {
            WantedBundles.Add(size / StoreLimits.EntriesPerBundle);
        }
    }

    private void Add(VerifyFindingKind kind, string file, string evidence, long first = 0, long count = 0) =>
        Findings.Add(new VerifyFinding(kind, Ledger.Name, first, count, file, -1, evidence));
}
