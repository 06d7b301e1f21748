// One segment file that is to be verified, and what came of it. Run by one thread; then read by who concludes the
// ledger.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>The unit of work.</summary>
/// <param name="entries">How many entries the file must hold.</param>
/// <param name="expected">What state.log says of a complete segment; null for an open one.</param>
internal sealed class SegmentJob(
    LedgerCheck owner, SegmentIdentity identity, string path, int entries, SealedFacts? expected)
{
    public LedgerCheck Owner => owner;

    public string Path => path;

    public long Segment => identity.Segment;

    public long FirstIndex => SegmentFormat.FirstIndex(identity.Segment);

    public int Entries => entries;

    /// <summary>When the last of entries was received that were not looked at; 0: all were.</summary>
    public long UnseenMicros => expected is { } facts && ExpiredEntries + ColdEntries > FetchedEntries
        ? facts.LastMicros
        : 0;

    public SegmentEvidence? Evidence { get; private set; }

    /// <summary>The root of the entries of a complete segment; default when some could not be read.</summary>
    public Hash256 Root { get; private set; }

    /// <summary>The root that the file itself claims; default when it has none that can be read.</summary>
    public Hash256 ClaimedRoot { get; private set; }

    public SegmentFinding? Finding { get; private set; }

    public int HashedEntries { get; private set; }

    public int ExpiredEntries { get; private set; }

    /// <summary>The first entries of the bundles that the file says have expired.</summary>
    public IReadOnlyList<long> ExpiredBundles { get; private set; } = [];

    /// <summary>The roots of all bundles, if some have expired.</summary>
    public Hash256[]? BundleRoots { get; private set; }

    public int ColdEntries { get; private set; }

    /// <summary>Cold entries that were fetched and hashed.</summary>
    public int FetchedEntries { get; private set; }

    /// <summary>Where they are; null when there are none, or nobody knows.</summary>
    public TierRecord? Cold { get; private set; }

    /// <summary>Why nothing of them could be fetched; null when nobody tried, or they were.</summary>
    public string? ColdAway { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Takes for true what state.log says, without reading the file.</summary>
    public void Assume() => (Root, Finding, Evidence) = (expected?.Root ?? default, null, null);

    /// <summary>Reads and hashes the file.</summary>
    public void Run(IFileSystem files, SegmentVerifier verifier)
    {
        Evidence = new SegmentEvidence(identity.Segment, owner.Facts.WantedBundles)
        {
            OnEntries = owner.OnEntries,
        };
        try
        {
            using IFile file = files.Open(path, FileAccessMode.ReadOnly);
            file.Advise(FileAdvice.Sequential, 0, 0);
            Bytes = file.Length;
            if (expected is not null)
            {
                SegmentVerdict verdict = verifier.Verify(file, identity, expected.Root, Evidence);
                (Root, ClaimedRoot) = (verdict.Root, verdict.ClaimedRoot);
                Finding = verdict.Finding ?? OpenAsReadersDo(files, expected);
            }
            else
            {
                Finding = verifier.VerifyOpen(file, identity, entries, Evidence);
            }
        }
        catch (StorageException cause)
        {
            Finding = new SegmentFinding(FirstIndex, entries, -1, cause.Message, SegmentFault.Unreadable);
        }

        TakeGone(Evidence, verifier);
        if (!owner.NeedsEvidence(identity.Segment))
        {
            // Its root is all that is needed; 8 KB for each segment would add up in a large store.
            Evidence = null;
        }
    }

    /// <summary>Adds a finding, if there is none yet.</summary>
    public void Blame(SegmentFinding finding) => Finding ??= finding;

    /// <summary>Entries that the store cannot read are of no use to it, however sound they are: the file must be what
    /// state.log says to its readers too, by their own code.</summary>
    private SegmentFinding? OpenAsReadersDo(IFileSystem files, SealedFacts facts)
    {
        try
        {
            MappedSegment.Open(files, facts).Dispose();
            return null;
        }
        catch (BlockDamagedException damage)
        {
            return new SegmentFinding(
                FirstIndex,
                entries,
                damage.Offset,
                "the entries are as they must be, and the store's readers cannot open the file, by what state.log says "
                + $"of it: {damage.What}",
                SegmentFault.Derived);
        }
    }

    /// <summary>What is said of entries whose payload is not in the file.</summary>
    private void TakeGone(SegmentEvidence evidence, SegmentVerifier verifier)
    {
        ExpiredEntries = evidence.ExpiredEntries;
        ColdEntries = evidence.ColdEntries;
        HashedEntries = evidence.Entries - ExpiredEntries - ColdEntries;
        ExpiredBundles = evidence.Expired;
        BundleRoots = ExpiredEntries > 0 ? evidence.Roots.ToArray() : null;
        if (ColdEntries == 0)
        {
            return;
        }

        Cold = owner.Facts.State.TierOf(identity.Segment) is { Tier: SegmentTier.Cold, Location.Length: > 0 } tier
            ? tier
            : null;
        if (Cold is null || expected?.Root is not { } root)
        {
            Blame(new SegmentFinding(
                FirstIndex,
                entries,
                -1,
                "the file says that its payload is in the cold store, and state.log names no place there",
                SegmentFault.Unreadable));
        }
        else if (Cold.Location != TierRecord.NameOf(identity.StoreId, identity.LedgerId, identity.Segment, root))
        {
            // It may lead out of the cold store, to a copy that nobody but who wrote it has.
            Blame(new SegmentFinding(
                FirstIndex,
                entries,
                -1,
                $"state.log says that its payload is '{Cold.Location}' in the cold store, and no store gives it that "
                + "name: it was not looked for there",
                SegmentFault.Unreadable));
        }
        else if (owner.OpenCold is { } open)
        {
            ColdVerdict verdict = ColdCheck.Run(open, identity, Cold, root, ColdEntries, verifier);
            Bytes += verdict.Bytes;
            FetchedEntries = verdict.Entries;
            ColdAway = verdict.Away;
            HashedEntries += verdict.Entries;
            if (verdict.Finding is { } finding)
            {
                Blame(finding);
            }
        }
    }
}
