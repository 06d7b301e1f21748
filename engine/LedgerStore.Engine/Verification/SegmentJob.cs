// One segment file that is to be verified, and what came of it. Run by one thread; then read by who concludes the
// ledger.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>The unit of work.</summary>
/// <param name="entries">How many entries the file must hold.</param>
/// <param name="expectedRoot">What state.log says of a complete segment; null for an open one.</param>
internal sealed class SegmentJob(
    LedgerCheck owner, SegmentIdentity identity, string path, int entries, Hash256? expectedRoot)
{
    public LedgerCheck Owner => owner;

    public string Path => path;

    public long Segment => identity.Segment;

    public long FirstIndex => SegmentFormat.FirstIndex(identity.Segment);

    public int Entries => entries;

    public SegmentEvidence? Evidence { get; private set; }

    /// <summary>The root of the entries of a complete segment; default when some could not be read.</summary>
    public Hash256 Root { get; private set; }

    /// <summary>The root that the file itself claims; default when it has none that can be read.</summary>
    public Hash256 ClaimedRoot { get; private set; }

    public SegmentFinding? Finding { get; private set; }

    public int HashedEntries { get; private set; }

    public int ExpiredEntries { get; private set; }

    public int ColdEntries { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Takes for true what state.log says, without reading the file.</summary>
    public void Assume() => (Root, Finding, Evidence) = (expectedRoot ?? default, null, null);

    /// <summary>Reads and hashes the file.</summary>
    public void Run(IFileSystem files, SegmentVerifier verifier)
    {
        Evidence = new SegmentEvidence(identity.Segment, owner.Facts.WantedBundles);
        try
        {
            using IFile file = files.Open(path, FileAccessMode.ReadOnly);
            file.Advise(FileAdvice.Sequential, 0, 0);
            Bytes = file.Length;
            if (expectedRoot is { } root)
            {
                SegmentVerdict verdict = verifier.Verify(file, identity, root, Evidence);
                (Root, ClaimedRoot, Finding) = (verdict.Root, verdict.ClaimedRoot, verdict.Finding);
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

        ExpiredEntries = Evidence.ExpiredEntries;
        ColdEntries = Evidence.ColdEntries;
        HashedEntries = Evidence.Entries - ExpiredEntries - ColdEntries;
        Finding ??= WithoutTombstone(Evidence);
        if (!owner.NeedsEvidence(identity.Segment))
        {
            // Its root is all that is needed; 8 KB for each segment would add up in a large store.
            Evidence = null;
        }
    }

    /// <summary>What has expired without anybody having said so is gone, and not expired.</summary>
    private SegmentFinding? WithoutTombstone(SegmentEvidence evidence)
    {
        foreach (long first in evidence.Expired)
        {
            if (!owner.Facts.HasTombstone(first))
            {
                return new SegmentFinding(
                    first,
                    StoreLimits.EntriesPerBundle,
                    -1,
                    "the file says that these entries have expired, and there is no tombstone for them",
                    SegmentFault.Unreadable);
            }
        }

        return null;
    }
}
