// Writes a complete segment anew, with the same entries and everything else made from them. Used by a repair, one
// thread, while nobody has the store open.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Verification;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>Rebuilds segments of one ledger.</summary>
internal sealed class SegmentRebuild(IFileSystem files, StorePaths paths, UInt128 storeId, LedgerFacts facts)
{
    private readonly BundleVerifier _bundles = new();
    private readonly Hash256[] _roots = new Hash256[StoreLimits.BundlesPerSegment];

    private uint Id => facts.Ledger.Id;

    /// <summary>Writes the next generation of the file, has state.log name it, and removes the old one.</summary>
    /// <param name="root">That the entries come to; it is checked once more.</param>
    /// <remarks>A crash before state.log is committed leaves a file that nobody names; one behind it too.</remarks>
    public void Run(in SealedRecord old, Hash256 root)
    {
        string oldPath = paths.Segment(Id, old.Segment, old.Generation);
        SealedRecord made = Write(oldPath, old, root);
        LedgerStateLog log = LedgerStateLog.Open(
            files, paths, storeId, Id, FileAccessMode.ReadWrite, out _);
        if (log.HasTornTail)
        {
            log.CutTornTail();
            files.SyncFileSystem(paths.Root);
            log.ConfirmTailCut();
        }

        log.Stage(made);
        log.CommitNow();
        files.Delete(oldPath);
        files.SyncDirectory(paths.SegmentsDirectory(Id));
    }

    /// <summary>Whether every entry of the segment is in its file. Of a segment whose payload is cold or expired the
    /// tiles are all there is, and nothing can be made from entries that are not here.</summary>
    public bool HasEntries(in SealedRecord old)
    {
        SegmentIdentity identity = new(storeId, Id, old.Segment, old.Generation);
        using IFile source = files.Open(paths.Segment(Id, old.Segment, old.Generation), FileAccessMode.ReadOnly);
        SegmentScan scan = SegmentScan.Run(source, identity, StoreLimits.EntriesPerSegment);
        for (int bundle = 0; bundle < StoreLimits.BundlesPerSegment; bundle++)
        {
            if (!scan.Blocks.TryFind(bundle, out DirectoryRow row))
            {
                return false;
            }

            _bundles.Read(source, new BlockIdentity(Id, old.Segment, bundle), row);
            if (_bundles.Payload != BlockPayload.Here)
            {
                return false;
            }
        }

        return true;
    }

    private SealedRecord Write(string oldPath, in SealedRecord old, Hash256 root)
    {
        SegmentIdentity oldIdentity = new(storeId, Id, old.Segment, old.Generation);
        SegmentIdentity identity = oldIdentity with { Generation = NextGeneration(old) };
        using FilePool pool = new(files, 2);
        using IFile source = files.Open(oldPath, FileAccessMode.ReadOnly);
        SegmentScan scan = SegmentScan.Run(source, oldIdentity, StoreLimits.EntriesPerSegment);
        using OpenSegment target = OpenSegment.Create(pool, paths.SegmentsDirectory(Id), identity, old.FirstMicros);
        BlockEncoder encoder = new(Lz4Effort.Fast);
        long firstMicros = 0;
        long lastMicros = 0;
        for (int bundle = 0; bundle < StoreLimits.BundlesPerSegment; bundle++)
        {
            Invariant.That(scan.Blocks.TryFind(bundle, out DirectoryRow row), "the blocks were read a moment ago");
            BlockIdentity block = new(Id, old.Segment, bundle);
            _bundles.Read(source, block, row);
            (long first, lastMicros) = _bundles.Times();
            firstMicros = bundle == 0 ? first : firstMicros;
            _roots[bundle] = _bundles.Root;
            Append(target, encoder, block, first, lastMicros);
        }

        Invariant.That(_bundles.PerfectRoot(_roots) == root, "entries that are copied keep their root");
        target.WriteFooter(_roots, root);
        target.SyncAndSeal();
        return new SealedRecord(old.Segment, identity.Generation, target.Length, firstMicros, lastMicros, root);
    }

    private void Append(OpenSegment target, BlockEncoder encoder, in BlockIdentity identity, long first, long last)
    {
        byte[] block = new byte[BlockEncoder.BlockBytesBound(_bundles.Bundle.Length, StoreLimits.EntriesPerBundle)];
        int length = encoder.Encode(identity, _bundles.Bundle, _bundles.Leaves, first, last, block);
        target.Append(block.AsSpan(0, length));
    }

    private uint NextGeneration(in SealedRecord old)
    {
        HashSet<uint> taken = [];
        foreach (string name in files.List(paths.SegmentsDirectory(Id)))
        {
            if (StorePaths.TryParseSegment(name, out long number, out uint generation) && number == old.Segment)
            {
                taken.Add(generation);
            }
        }

        // A stray file may have any number, the largest too: what counts is that state.log names another one.
        for (uint next = old.Generation; next < uint.MaxValue;)
        {
            if (!taken.Contains(++next))
            {
                return next;
            }
        }

        throw new StoreException(
            StoreReason.Corruption,
            $"no generation is left for segment {old.Segment:N0} of ledger {Id}: state.log names {old.Generation:N0}, "
            + "and files have all numbers behind it. Move away what state.log does not name, and try again");
    }
}
