// LedgerVisit: new files for segments, and copies in the cold store.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    private const int CompareBytes = 1024 * 1024;

    /// <summary>The name of a segment's file in the cold store.</summary>
    public static string ColdName(SealedFacts facts) => TierRecord.NameOf(
        facts.Identity.StoreId, facts.Identity.LedgerId, facts.Identity.Segment, facts.Root);

    /// <summary>Writes a segment again and puts the new file in the place of the old one.</summary>
    private async Task RewriteAsync(OpenLedger log, SealedSegment old, SegmentForm form)
    {
        Invariant.That(
            old.Facts.Tier != SegmentTier.Cold || IsAllExpired(log, old), "what is cold expires as a whole");
        Require(form == SegmentForm.HashesOnly ? null : PayloadGuard.Missing(log, old));
        Hash256[] roots = new Hash256[StoreLimits.BundlesPerSegment];
        Invariant.That(
            log.Segments.TryReadBundleRoots(old.Identity.Segment, roots), "a complete segment has roots");
        SealedFacts facts;
        using (SegmentRewriter writer = new(
            ground.Services,
            old,
            log.Segments.Expired,
            form,
            NextGeneration(log, old),
            ground.Clock(),
            _effort.Choose))
        {
            while (writer.BundlesDone < StoreLimits.BundlesPerSegment)
            {
                // A crash in here leaves a file that state.log does not name: the next visit unlinks it.
                await pace.Work(writer.WriteNext());
            }

            writer.Complete(roots);

            // A crash here leaves a whole file that state.log does not name: the same.
            await pace.Work();
            facts = writer.Verify(_verifier);
            await pace.Work(facts.FileLength);
        }

        await PublishAsync(log, old, facts).ConfigureAwait(false);
    }

    /// <summary>The new file is durable and right: from here on it is the one that counts.</summary>
    private async Task PublishAsync(OpenLedger log, SealedSegment old, SealedFacts facts)
    {
        // A crash in here leaves both files, and state.log names one of them.
        await CommitAsync(log, state => state.Stage(RecordOf(facts))).ConfigureAwait(false);
        log.Segments.Replace(new SealedSegment(ground.Services.Maps, facts));
        Forget(log, facts);

        // Who reads the old file has it mapped: the bytes stay until he is done.
        old.Dispose();

        // A crash here leaves the old file, which state.log proves superseded: the next visit unlinks it.
        await pace.Work();
        if (old.Path != facts.Path)
        {
            ground.Files.Delete(old.Path);
            ground.Files.SyncDirectory(System.IO.Path.GetDirectoryName(old.Path)!);
        }

        await pace.Work();
    }

    /// <summary>Copies a dense segment to the cold store, and keeps its hashes here.</summary>
    private async Task MoveColdAsync(
        OpenLedger log, SealedSegment warm, RetentionPolicy policy, IColdStore cold)
    {
        // A local file that lacks payload would lose to the copy that has it.
        Require(PayloadGuard.Missing(log, warm));

        // Said before it is done: whatever crashes, state.log knows of the copy, and expiry deletes it too.
        SealedFacts begun = warm.Facts with { Location = ColdName(warm.Facts), ColdBytes = warm.Facts.FileLength };
        if (warm.Facts.Location != begun.Location)
        {
            await PublishAsync(log, warm, begun).ConfigureAwait(false);
            warm = Current(log, (int)begun.Identity.Segment)!;
        }

        DateTimeOffset? keepUntil = policy.Floor == TimeSpan.Zero ? null : FloorOf(begun, policy);
        using (IFileStream file = new(ground.Files.Open(begun.Path, FileAccessMode.ReadOnly)))
        {
            bool isNew = await pace
                .Until(cold.PutIfAbsentAsync(begun.Location, file, keepUntil, CancellationToken.None))
                .ConfigureAwait(false);
            if (!isNew)
            {
                // An earlier try came this far, perhaps under another floor. Whose bytes they are, comparing says.
                log.KeptFloor = TimeSpan.Zero;
            }

            await pace.Work(begun.FileLength);
        }

        await CompareAsync(begun, cold).ConfigureAwait(false);

        await RewriteAsync(log, warm, SegmentForm.HashesOnly).ConfigureAwait(false);
    }

    /// <summary>Reads the copy back.</summary>
    private async Task CompareAsync(SealedFacts facts, IColdStore cold)
    {
        byte[] local = new byte[CompareBytes];
        using IFile file = ground.Files.Open(facts.Path, FileAccessMode.ReadOnly);
        for (long offset = 0; offset <= facts.FileLength; offset += CompareBytes)
        {
            // One byte more than there are, at the end: a copy that is longer is another file.
            int length = (int)Math.Min(CompareBytes, facts.FileLength + 1 - offset);
            ReadOnlyMemory<byte> read = await pace
                .Until(cold.ReadAsync(facts.Location, offset, length, CancellationToken.None))
                .ConfigureAwait(false);
            int there = file.Read(offset, local.AsSpan(0, length));
            if (!read.Span.SequenceEqual(local.AsSpan(0, there)))
            {
                // It is ours by its name, which state.log has; the next round makes it anew.
                await pace.Until(cold.DeleteAsync(facts.Location, CancellationToken.None)).ConfigureAwait(false);
                throw new ColdStoreException(
                    ColdStoreFailure.Refused,
                    $"{cold.Description} gave other bytes back for '{facts.Location}' than were put there");
            }

            await pace.Work(length);
        }
    }

    /// <summary>Deletes the copy of a segment that is not to have one, and then forgets it.</summary>
    private async Task DropCopyAsync(OpenLedger log, SealedSegment segment)
    {
        IColdStore cold = ground.Services.Cold ?? throw new ColdStoreException(
            ColdStoreFailure.Away, "the store was opened without its cold store, and something there is to be deleted");
        Require(PayloadGuard.Missing(log, segment) ?? (segment.Facts.Location == ColdName(segment.Facts)
            ? null
            : $"'{segment.Facts.Location}' is not the name of this segment's copy"));
        await pace.Until(cold.DeleteAsync(segment.Facts.Location, CancellationToken.None)).ConfigureAwait(false);

        // A crash here finds the name in state.log and nothing there: deleting it again is no error.
        await pace.Work();
        SealedFacts alone = segment.Facts with { Location = string.Empty, ColdBytes = 0 };
        await PublishAsync(log, segment, alone).ConfigureAwait(false);
    }

    /// <summary>Nothing is written again, moved or deleted of a segment that is not what the files say.</summary>
    private static void Require(string? missing)
    {
        if (missing is not null)
        {
            throw new StoreException(StoreReason.NotConfirmed, $"a segment is left as it is: {missing}");
        }
    }

    /// <summary>Commits a record, however long there is no space for it: then nothing else of the ledger is done.
    /// </summary>
    private async Task CommitAsync(OpenLedger log, Action<LedgerStateLog> stage)
    {
        bool isCommitted = TryCommit(log, stage);
        while (!isCommitted)
        {
            await pace.Wait();
            isCommitted = TryCommit(log, static _ => { });
        }
    }

    /// <summary>Commits a record; what was staged stays staged when there is no space.</summary>
    /// <returns>False: no space. It must be tried again, and nothing else done meanwhile: it may be committed at any
    /// moment.</returns>
    private bool TryCommit(OpenLedger log, Action<LedgerStateLog> stage)
    {
        try
        {
            retention.Commit(log, stage);
            return true;
        }
        catch (StorageException full) when (full.IsRetryable)
        {
            return false;
        }
        catch
        {
            log.IsUnclear = true;
            throw;
        }
    }

    private void Forget(OpenLedger log, SealedFacts facts)
    {
        if (facts.Tier == SegmentTier.Expired)
        {
            ground.Services.Cache.Invalidate(
                log.Id, facts.Identity.Segment * StoreLimits.BundlesPerSegment, StoreLimits.BundlesPerSegment);
        }
    }

    private uint NextGeneration(OpenLedger log, SealedSegment segment)
    {
        uint newest = segment.Identity.Generation;
        foreach (string name in ground.Files.List(ground.Paths.SegmentsDirectory(log.Id)))
        {
            if ((StorePaths.TryParseSegment(name, out long number, out uint generation)
                    || StorePaths.TryParseTiles(name, out number, out generation))
                && number == segment.Identity.Segment)
            {
                newest = Math.Max(newest, generation);
            }
        }

        return newest + 1;
    }

    private static bool IsAllExpired(OpenLedger log, SealedSegment segment)
    {
        long first = SegmentFormat.FirstIndex(segment.Identity.Segment);
        return log.Segments.Expired.HasAll(first, first + StoreLimits.EntriesPerSegment);
    }

    private static TierRecord RecordOf(SealedFacts facts) => new(
        facts.Identity.Segment,
        facts.Identity.Generation,
        facts.Tier,
        facts.FileLength,
        facts.ColdBytes,
        facts.Location);
}
